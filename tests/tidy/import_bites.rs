//! Proof that the rules about imports complain about what they forbid and are quiet about what they allow.

use crate::bites::{bites, quiet, tree_of};
use crate::imports::{in_circles, wrong_way};
use crate::tree::Text;

#[test]
fn imports_from_the_right_bite() {
    let wrong = |path, text| wrong_way(&Text::new(path, text));
    bites(&wrong("js/work/task.ts", "\nimport { Engine } from \"../engine.js\";"), "js/work/task.ts:2: work imports");
    bites(&wrong("js/ground/alarm.ts", "import type { Send } from '../calls/send.js';"), "`js/calls/send.js`");
    bites(&wrong("js/ground/alarm.ts", "export type * from \"../calls/send.js\";"), "`js/calls/send.js`");
    bites(&wrong("js/lines/line.ts", "export {\n  open,\n} from \"../opening/open.js\";"), "js/lines/line.ts:3");
    bites(&wrong("js/lines/line.ts", "const { open } = await import(\"../opening/open.js\");"), "lines imports");
    bites(
        &wrong("js/lines/line.ts", "let a: import(\n  /* @vite-ignore */ \"../engine.js\").Engine;"),
        "lines imports",
    );
    bites(&wrong("js/load.ts", "import \"./index.js\";"), "load.ts imports `js/index.js`");
    bites(&wrong("js/lines/line.ts", "import { page } from \"../../www/src/main.js\";"), "`www/src/main.js`");
    bites(&wrong("js/queue.ts", ""), "`queue.ts` is no room");
    quiet(&wrong(
        "js/work/task.ts",
        "import { a } from \"../ground/errors.js\"; import type { B } from \"./loop.js\"; import c from \"node:fs\";",
    ));
    quiet(&wrong(
        "js/engine.ts",
        "import { compiled } from \"./load.js\"; import type { Claim } from \"./types.generated.js\";",
    ));
    quiet(&wrong("js/load.ts", "new URL(\"../wasm/tidegate_bg.wasm\", import.meta.url); Array.from(\"./index.js\");"));
    quiet(&wrong("tests/js/world.mjs", "import { Engine } from \"../../js/engine.js\";"));
}

#[test]
fn a_view_that_imports_a_later_one_and_a_state_that_imports_a_view_bite() {
    let wrong = |path, text| wrong_way(&Text::new(path, text));
    let late = "import { Row } from \"../executions/row.js\";";
    bites(&wrong("www/src/view/flows/panel.tsx", late), "flows imports `www/src/view/executions/row.js`");
    let view = "import { Mark } from \"../../view/ground/mark.js\";";
    bites(&wrong("www/src/state/flows/list.ts", view), "flows imports `www/src/view/ground/mark.js`");
    quiet(&wrong("www/src/view/executions/row.tsx", "import type { Shop } from \"../../state/shop.js\";"));
    quiet(&wrong("www/src/view/page.tsx", "import { Desk } from \"./desk.js\";"));
}

#[test]
fn circles_of_imports_bite() {
    let circle = |first, second| tree_of(&[("scripts/bench.mjs", first), ("scripts/bench/table.mjs", second)]);
    let import = "import { Table } from \"./bench/table.mjs\";";
    bites(
        &in_circles(&circle(import, "import { lines } from \"../bench.mjs\";")),
        "scripts/bench.mjs:1: imports itself over scripts/bench/table.mjs, scripts/bench.mjs",
    );
    bites(&in_circles(&circle(import, "/** @typedef {import(\"../bench.mjs\").Line} Line */")), "imports itself");
    quiet(&in_circles(&circle(import, "import { lines } from \"./plan.mjs\";")));
    let compiled = |second| tree_of(&[("www/src/a.ts", "export * from \"./b.js\";"), ("www/src/b.tsx", second)]);
    bites(&in_circles(&compiled("import type { A } from \"./a.js\";")), "www/src/a.ts:1");
    quiet(&in_circles(&compiled("import type { A } from \"./c.js\";")));
}
