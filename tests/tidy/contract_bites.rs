//! Proof that the rules about the contract bite.

use crate::bites::{bites, quiet, tree_of};
use crate::contract;
use crate::links;
use crate::tree::Text;

const PAGE: (&str, &str) = (
    "docs/contract/leases.md",
    "- <a id=\"gate\"></a>**leases.gate**: Every call\n- <a id=\"renew\"></a>**leases.renew**: So\n",
);

#[test]
fn a_bullet_that_is_no_rule_bites() {
    let rules = |text| contract::rules_are_seen(&tree_of(&[("docs/contract/leases.md", text)]));
    quiet(&rules(PAGE.1));
    bites(&rules("- <a id=\"gate\"></a>**lease.gate**: Every call\n"), "leases.md:1");
    bites(&rules(&PAGE.1.replace("renew", "gate")), "`leases.gate` again");
}

#[test]
fn a_citation_of_what_is_not_there_bites() {
    let cites = |comment: &str| contract::unknown(&tree_of(&[PAGE, ("src/ops/attempts/renew.rs", comment)]));
    quiet(&cites("//! Renews. Contract: leases.gate,\n//! leases.renew. More.\n/// (contract: leases.gate)\n"));
    bites(&cites("\n//! Renews. Contract: leases.gate,\n//! leases.reknew.\n"), "renew.rs:3: `leases.reknew`");
    bites(&cites("/// (contract: lease.gate)\n"), "`lease.gate`");
    bites(&cites("//! Renews. Contract:\n//! leases.reknew.\n"), "renew.rs:2: `leases.reknew`");
    bites(&cites("//! Renews. Contract: leases.gate leases.reknew.\n"), "`leases.reknew`");
    bites(&cites("//! Renews. Contract: renewal.\n"), "`renewal`");
    quiet(&cites("//! Contract: leases.gate. And leases.nothing else.\n"));
}

#[test]
fn a_rule_that_no_test_cites_bites() {
    let proved = |test: &str| contract::unproved(&tree_of(&[PAGE, ("tests/engine/attempts/renew.rs", test)]));
    quiet(&proved("/// Contract: leases.gate,\n/// leases.renew.\n#[test]\nfn one() {}\n"));
    bites(
        &proved("//! Contract: leases.renew.\n\n/// Contract: leases.gate.\n#[test]\nfn one() {}\n"),
        "no test cites `leases.renew`",
    );
    let script = contract::unproved(&tree_of(&[
        PAGE,
        ("tests/js/a.test.mjs", "// Contract: leases.gate, leases.renew.\ntest(\"a\", () => {});\n"),
    ]));
    quiet(&script);
}

#[test]
fn a_reference_to_a_text_elsewhere_bites() {
    let says = |line: &str| contract::elsewhere(&Text::new("src/ops/ground/gate.rs", line));
    bites(&says(concat!("/// The gate, decisi", "ons 3.8.")), "gate.rs:1");
    bites(&says("/// The gate, lifecycle \u{a7}2.3."), "gate.rs:1");
    quiet(&says("/// What decisions and lifecycles are."));
}

#[test]
fn a_file_that_is_named_and_not_there_bites() {
    let named = |page: &str| links::named_files(&tree_of(&[("docs/page.md", page), ("src/ops/ground/gate.rs", "")]));
    quiet(&named("The gate is `ops/ground/gate.rs`, `src/ops/ground/gate.rs` and `a/b`.\n"));
    bites(&named("\nThe gate is `ops/gate.rs`.\n"), "docs/page.md:2: `ops/gate.rs`");
}

#[test]
fn a_link_that_leads_nowhere_bites() {
    let linked = |page: &str| links::dead_links(&tree_of(&[PAGE, ("docs/guide.md", page)]));
    quiet(&linked("[one](contract/leases.md#gate) [two](contract) [three](https://a.b) [four](#so)\n## So\n"));
    bites(&linked("[one](contract/leases.md#gait)\n"), "`contract/leases.md#gait`");
    bites(&linked("\n[one](leases.md)\n"), "docs/guide.md:2: `leases.md`");
}
