//! The statements as the sources of the store spell them, with the comments beside them.

use std::path::{Path, PathBuf};

/// One `const NAME: &str` of the store.
#[derive(Debug)]
pub struct Statement {
    /// File, line and name.
    pub place: String,
    pub sql: String,
    /// The reason in a `// scan:` comment on its lines or right before them.
    pub scan_reason: Option<String>,
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() && !path.ends_with("driver") {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every statement in the store's sources, the drivers' own apart.
pub fn statements() -> Vec<Statement> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    files(&root.join("src/store"), &mut paths);
    let texts: Vec<(String, String)> = paths
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            (name, std::fs::read_to_string(&path).expect("a source"))
        })
        .collect();
    let macros: Vec<TextMacro> = texts.iter().flat_map(|(_, text)| text_macros(text)).collect();
    texts.iter().flat_map(|(name, text)| statements_of(name, text, &macros)).collect()
}

/// A macro that stands for a text: its source, in which the places of its arguments are marked.
struct TextMacro {
    name: String,
    source: String,
}

/// What stands in a text where an argument of its macro goes.
fn place_of(index: usize) -> String {
    format!("‹{index}›")
}

fn text_macros(text: &str) -> Vec<TextMacro> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("macro_rules! ") {
        let rest = &text[at + "macro_rules! ".len()..];
        let name = rest.split_whitespace().next().unwrap_or_default();
        let Some((params, body)) = rest.split_once(") => {") else { continue };
        let body = body.split("};").next().unwrap_or_default();
        let params = params[name.len()..].trim_start_matches([' ', '{', '\n', '(']);
        let params = params.split(',').filter_map(|one| Some(one.trim().split_once(":literal")?.0));
        let marked = params.enumerate().fold(body.to_owned(), |body, (index, param)| {
            body.replace(&format!("{param},"), &format!("{:?},", place_of(index)))
        });
        if !marked.contains('$') {
            found.push(TextMacro { name: name.to_owned(), source: marked });
        }
    }
    found
}

impl TextMacro {
    /// A value with all calls of this macro written out.
    fn written_out(&self, value: &str) -> String {
        let call = format!("{}!(", self.name);
        let mut written = String::new();
        let mut rest = value;
        while let Some(start) = rest.find(&call) {
            let (before, after) = (&rest[..start], &rest[start + call.len()..]);
            // One name may end like another.
            if before.ends_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '_') {
                written += &rest[..start + call.len()];
                rest = after;
                continue;
            }
            let end = after.find(')').expect("the end of a call");
            let args = after[..end].split(',').map(|arg| arg.trim().trim_matches('"')).enumerate();
            let text = args.fold(self.source.clone(), |text, (index, arg)| text.replace(&place_of(index), arg));
            written.extend([before, text.as_str()]);
            rest = &after[end + 1..];
        }
        written + rest
    }
}

/// A value with all calls of macros written out, those in the macros themselves as well.
fn written_out(value: &str, macros: &[TextMacro]) -> String {
    let once = macros.iter().fold(value.to_owned(), |value, one| one.written_out(&value));
    if once == value { once } else { written_out(&once, macros) }
}

fn statements_of(file: &str, text: &str, macros: &[TextMacro]) -> Vec<Statement> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("const ") {
        let rest = &text[at + "const ".len()..];
        let Some((name, value)) = rest.split_once(':') else { continue };
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || b"_0123456789".contains(&byte));
        let Some(value) = value.trim_start().strip_prefix("&str =").filter(|_| is_name) else { continue };
        let value = &value[..end_of_value(value)];
        let end = text.len() - rest.len() + rest.find(value).expect("the value") + value.len();
        let sql = literals(&written_out(value, macros));
        let line = text[..at].matches('\n').count();
        found.push(Statement {
            place: format!("{file}:{} {name}", line + 1),
            sql,
            scan_reason: reason(text, line, end),
        });
    }
    found
}

/// Where the semicolon stands that ends a value, those inside texts apart.
fn end_of_value(value: &str) -> usize {
    let mut inside = false;
    let mut escaped = false;
    for (at, byte) in value.bytes().enumerate() {
        match byte {
            b'"' if !escaped => inside = !inside,
            b';' if !inside => return at,
            _ => {}
        }
        escaped = byte == b'\\' && !escaped;
    }
    value.len()
}

/// The string literals of a piece of source, joined, as the compiler reads them.
fn literals(source: &str) -> String {
    let mut joined = String::new();
    let mut rest = source;
    while let Some(start) = rest.find('"') {
        rest = &rest[start + 1..];
        loop {
            let stop = rest.find(['"', '\\']).expect("the end of a literal");
            joined.push_str(&rest[..stop]);
            let quote = rest.as_bytes()[stop] == b'"';
            rest = &rest[stop + 1..];
            if quote {
                break;
            }
            if rest.starts_with('\n') {
                rest = rest.trim_start();
            } else {
                joined.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
    }
    joined
}

/// The reason on the lines of a statement or on the line before it.
fn reason(text: &str, line: usize, end: usize) -> Option<String> {
    let last = text[..end].matches('\n').count();
    let lines: Vec<&str> = text.lines().collect();
    let beside = &lines[line.saturating_sub(1)..=last];
    let reason = beside.iter().find_map(|line| line.split_once("// scan:")).map(|(_, reason)| reason.trim());
    reason.filter(|reason| !reason.is_empty()).map(str::to_owned)
}

#[test]
fn literals_read_as_the_compiler_reads_them() {
    let text = "macro_rules! columns {\n    () => {\n        \"SELECT d FROM e \"\n    };\n}\n\
                macro_rules! kept {\n    ($at:literal, $by:literal) => {\n        concat!(\"WHERE f > \", $at, \" + \", \
                $by, \"\")\n    };\n}\n\
                macro_rules! more_columns {\n    () => {\n        concat!(columns!(), \", g\")\n    };\n}\n\
                fn f() {\n    // scan: few\n    const A: &str = \"SELECT ';', \\\"b\\\" \\\n         FROM c\"; // more\n}\n\
                const B: &str = concat!(columns!(), kept!(\"?2\", \"?1\"));\n\
                const C: &str = more_columns!();\n";
    let found = statements_of("x.rs", text, &text_macros(text));
    let shown: Vec<(&str, Option<&str>)> =
        found.iter().map(|one| (one.sql.as_str(), one.scan_reason.as_deref())).collect();
    let written_out = "SELECT d FROM e WHERE f > ?2 + ?1";
    assert_eq!(shown, [("SELECT ';', \"b\" FROM c", Some("few")), (written_out, None), ("SELECT d FROM e , g", None)]);
}
