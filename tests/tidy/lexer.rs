//! Rust text taken apart just far enough for the rules: code apart from comments and literals, and the functions in it.
//! Absent on purpose: a syntax tree. Rules look for words and braces.

use std::ops::Range;

/// A string literal: where its opening quote stands and what it says, with line continuations joined.
pub struct Literal {
    pub at: usize,
    pub text: String,
}

/// A function's name and its extent, from the word `fn` to its closing brace.
pub struct Function {
    pub name: String,
    pub extent: Range<usize>,
}

/// The code, with comments and the insides of literals as blanks, and the string literals.
pub fn split(text: &str) -> (String, Vec<Literal>) {
    let mut code = text.as_bytes().to_vec();
    let mut literals = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let Some(piece) = piece_at(text, at) else {
            at += 1;
            continue;
        };
        if piece.is_string {
            literals.push(Literal { at, text: joined(&text[piece.inside.clone()]) });
        }
        for byte in &mut code[piece.inside.clone()] {
            *byte = if *byte == b'\n' { b'\n' } else { b' ' };
        }
        at = piece.end;
    }
    (String::from_utf8_lossy(&code).into_owned(), literals)
}

/// A comment or a literal: what to blank, and where the code goes on.
struct Piece {
    inside: Range<usize>,
    end: usize,
    is_string: bool,
}

fn piece_at(text: &str, at: usize) -> Option<Piece> {
    let bytes = text.as_bytes();
    let comment = |end: usize| Some(Piece { inside: at..end, end, is_string: false });
    match bytes[at] {
        b'/' if bytes[at..].starts_with(b"//") => {
            comment(position(bytes, at, |rest| rest[0] == b'\n').unwrap_or(bytes.len()))
        }
        b'/' if bytes[at..].starts_with(b"/*") => comment(block_comment_end(bytes, at)),
        b'"' => Some(string(bytes, at, hashes_before(bytes, at))),
        b'\'' => char_literal(text, at),
        _ => None,
    }
}

/// The first place from `from` on where the rest of the bytes is as asked; the rest is never empty.
fn position(bytes: &[u8], from: usize, is_there: impl Fn(&[u8]) -> bool) -> Option<usize> {
    (from..bytes.len()).find(|&at| is_there(&bytes[at..]))
}

fn block_comment_end(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            (at, depth) = (at + 2, depth + 1);
        } else if bytes[at..].starts_with(b"*/") {
            (at, depth) = (at + 2, depth - 1);
        } else {
            at += 1;
        }
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

/// How many hashes a raw string has before its quote, or none for a plain string.
fn hashes_before(bytes: &[u8], quote: usize) -> Option<usize> {
    let hashes = bytes[..quote].iter().rev().take_while(|byte| **byte == b'#').count();
    let before = quote - hashes;
    let prefix = bytes[..before].iter().rev().take_while(|byte| is_word(**byte)).count();
    matches!(&bytes[before - prefix..before], b"r" | b"br" | b"cr").then_some(hashes)
}

fn string(bytes: &[u8], quote: usize, raw_hashes: Option<usize>) -> Piece {
    let closing = [vec![b'"'], vec![b'#'; raw_hashes.unwrap_or(0)]].concat();
    let mut at = quote + 1;
    while at < bytes.len() && !bytes[at..].starts_with(&closing) {
        let is_escape = raw_hashes.is_none() && bytes[at] == b'\\';
        at += if is_escape { 2 } else { 1 };
    }
    let inside_end = at.min(bytes.len());
    Piece { inside: quote + 1..inside_end, end: (inside_end + closing.len()).min(bytes.len()), is_string: true }
}

/// A character such as `'{'`; a lifetime is code.
fn char_literal(text: &str, quote: usize) -> Option<Piece> {
    let start = quote + 1;
    let mut rest = text[start..].char_indices();
    let (_, first) = rest.next()?;
    let closing = if first == '\\' {
        rest.next()?;
        rest.find(|(_, letter)| *letter == '\'')?
    } else {
        rest.next().filter(|(_, letter)| *letter == '\'')?
    };
    Some(Piece { inside: start..start + closing.0, end: start + closing.0 + 1, is_string: false })
}

/// A literal's text with each backslash at a line's end, and the blanks that follow it, left out.
fn joined(text: &str) -> String {
    let mut pieces = text.split("\\\n");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |all, piece| all + piece.trim_start())
}

pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Where a word stands by itself: `rand::` is not found in `operand::`.
pub fn occurrences<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let (bytes, edges) = (text.as_bytes(), word.as_bytes());
    let joins = |edge: u8, neighbour: Option<&u8>| is_word(edge) && neighbour.is_some_and(|byte| is_word(*byte));
    text.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        let before = at.checked_sub(1).and_then(|place| bytes.get(place));
        !joins(edges[0], before) && !joins(edges[edges.len() - 1], bytes.get(at + word.len()))
    })
}

/// The word that starts at an offset, or an empty text.
pub fn word_at(code: &str, at: usize) -> &str {
    let length = code.as_bytes()[at..].iter().take_while(|byte| is_word(**byte)).count();
    &code[at..at + length]
}

/// The first offset from `at` on that is not blank.
pub fn after_blanks(code: &str, at: usize) -> usize {
    code.len() - code[at..].trim_start().len()
}

/// The end of the item that starts at an offset: behind its `;`, or behind the brace that closes its body.
pub fn item_end(code: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    for (place, byte) in code.bytes().enumerate().skip(start) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && (byte == b'}' || byte == b';') {
            return place + 1;
        }
    }
    code.len()
}

/// Every function that has a body, nested ones too.
pub fn functions(code: &str) -> Vec<Function> {
    let named = occurrences(code, "fn").map(|at| (at, word_at(code, after_blanks(code, at + 2))));
    let whole = named.filter(|(_, name)| !name.is_empty()).map(|(at, name)| (name, at..item_end(code, at)));
    let with_body = whole.filter(|(_, extent)| code[extent.clone()].ends_with('}'));
    with_body.map(|(name, extent)| Function { name: name.to_owned(), extent }).collect()
}

/// The code with everything blanked that only tests compile.
pub fn without_tests(path: &str, code: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    if !path.starts_with("src/") || file == "tests.rs" || path.contains("/tests/") {
        return code.replace(|letter: char| letter != '\n' && letter.is_ascii(), " ");
    }
    let mut kept = code.to_owned();
    for (at, _) in code.match_indices("#[cfg(") {
        let condition = &code[at..at + code[at..].find(']').map_or(0, |length| length + 1)];
        let for_tests = occurrences(condition, "test").next().is_some() && !condition.contains("not(test");
        if for_tests {
            let extent = at..item_end(code, at + condition.len());
            let blank = code[extent.clone()].replace(|letter: char| letter != '\n' && letter.is_ascii(), " ");
            kept.replace_range(extent, &blank);
        }
    }
    kept
}
