//! The native run. One argument: the plan as JSON, `{ "quick": false, "filter": "", "folder": "." }`; the folder takes
//! the database files. Lines go to standard output, one JSON text each, the first one names the SQLite; what is being
//! measured goes to standard error.

#[cfg(not(target_family = "wasm"))]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    use std::path::PathBuf;
    use tidegate_bench::contest::same_rows;
    use tidegate_bench::measuring::plan::Plan;
    use tidegate_bench::places::native::{Files, Memory};
    use tidegate_bench::scenarios::run::{Course, run};
    use tidegate_bench::storage::version;

    #[derive(Default, serde::Deserialize)]
    struct Options {
        #[serde(flatten)]
        plan: Plan,
        #[serde(default)]
        folder: PathBuf,
    }

    let options: Options = match std::env::args().nth(1) {
        None => Options::default(),
        Some(text) => serde_json::from_str(&text)?,
    };
    println!("{}", serde_json::json!({ "sqlite": version::sqlite()? }));
    same_rows::check()?;
    let mut hand = |line: tidegate_bench::measuring::line::Line| {
        if let Ok(text) = serde_json::to_string(&line) {
            println!("{text}");
        }
    };
    let plan = &options.plan;
    run(&Memory, plan, Course::Whole, &mut hand)?;
    run(&Files::within(options.folder.clone(), false), plan, Course::Whole, &mut hand)?;
    run(&Files::within(options.folder, true), plan, Course::Short, &mut hand)?;
    Ok(())
}

#[cfg(target_family = "wasm")]
fn main() {}
