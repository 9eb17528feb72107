//! SQL without its comments, made while compiling: people read the files, the engine carries the statements.
//!
//! Invariant: no text literal of a migration holds two hyphens or needs more than one space.

/// Bytes that are left of a text.
pub const fn squeezed_len(text: &str) -> usize {
    squeeze::<0>(text).1
}

/// The text without comments, every run of white space a single space.
pub const fn squeezed<const N: usize>(text: &str) -> [u8; N] {
    squeeze(text).0
}

/// Fills as much as fits, and counts all.
const fn squeeze<const N: usize>(text: &str) -> ([u8; N], usize) {
    let text = text.as_bytes();
    let (mut out, mut len) = ([b' '; N], 0);
    let (mut at, mut gap) = (0, false);
    while at < text.len() {
        if text[at] == b'-' && at + 1 < text.len() && text[at + 1] == b'-' {
            while at < text.len() && text[at] != b'\n' {
                at += 1;
            }
        } else if text[at].is_ascii_whitespace() {
            gap = len > 0;
            at += 1;
        } else {
            len += gap as usize;
            gap = false;
            if len < N {
                out[len] = text[at];
            }
            len += 1;
            at += 1;
        }
    }
    (out, len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_runs_of_white_space_go() {
        let text = "-- what it is\nCREATE TABLE a (\n    id INTEGER -- a number\n) STRICT;\n\n-- end";
        assert_eq!(squeezed_len(text), 37);
        assert_eq!(str::from_utf8(&squeezed::<37>(text)), Ok("CREATE TABLE a ( id INTEGER ) STRICT;"));
        assert_eq!([squeezed_len(""), squeezed_len("-- nothing")], [0, 0]);
    }
}
