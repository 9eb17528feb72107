//! Capabilities: exact, case-sensitive subset matching.
//!
//! Invariant: a set is sorted and without repetition, so that equal sets have equal keys. Matching is monotone: adding
//! tokens to a worker never loses a match. Contract: executions.capability-tokens, claims.capabilities,
//! claims.offered-tokens.

use crate::error::{Code, Error, Result};

/// Most tokens in a set.
pub const TOKENS_MAX: usize = 256;
/// Most bytes of a set joined by commas.
pub const JOINED_BYTES_MAX: usize = 4_096;

/// A checked, sorted set of capability tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Capabilities {
    joined: String,
}

impl Capabilities {
    /// What an execution requires: no ASCII control byte, space or DEL in a token.
    pub fn required(tokens: &[String]) -> Result<Self> {
        Self::checked("requiredCapabilities", "required", tokens, |c| c.is_ascii_control() || c == ' ')
    }

    /// What a worker offers: no white space or control character of any script in a token.
    pub fn offered(tokens: &[String]) -> Result<Self> {
        Self::checked("capabilities", "worker", tokens, |c| c.is_whitespace() || c.is_control())
    }

    /// A set as it is stored.
    pub fn of_joined(joined: String) -> Self {
        Self { joined }
    }

    /// The set as one text, its key and its stored form: sorted tokens joined by commas.
    pub fn joined(&self) -> &str {
        &self.joined
    }

    /// The tokens, sorted.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        self.joined.split(',').filter(|token| !token.is_empty())
    }

    /// Whether a worker with this set may take what requires the other.
    pub fn covers(&self, required: &Self) -> bool {
        let mut offered = self.tokens();
        required.tokens().all(|token| offered.any(|own| own == token))
    }

    /// What of the other set this one lacks, sorted.
    pub fn missing<'a>(&'a self, required: &'a Self) -> impl Iterator<Item = &'a str> {
        required.tokens().filter(|token| self.tokens().all(|own| own != *token))
    }

    fn checked(field: &str, side: &str, tokens: &[String], banned: fn(char) -> bool) -> Result<Self> {
        let refuse = |why: &str, limit: &str, found: String| {
            Err(Error::argument(Code::InvalidCapabilities, field, limit, found).with("detail", format!("{side}:{why}")))
        };
        if tokens.len() > TOKENS_MAX {
            return refuse("too_many_tokens", &format!("at most {TOKENS_MAX} tokens"), tokens.len().to_string());
        }
        for token in tokens {
            if token.is_empty() {
                return refuse("empty_token", "tokens that are not empty", "an empty token".to_owned());
            }
            if token.contains(',') {
                return refuse("comma_in_token", "tokens without a comma", shown(token));
            }
            if token.contains(banned) {
                return refuse("control_or_whitespace", "tokens without control characters or spaces", shown(token));
            }
        }
        let mut sorted: Vec<&str> = Vec::with_capacity(tokens.len());
        for token in tokens {
            // Few, and smaller in wasm than a sort for any number.
            if let Err(place) = sorted.binary_search(&token.as_str()) {
                sorted.insert(place, token);
            }
        }
        let joined = sorted.join(",");
        if joined.len() > JOINED_BYTES_MAX {
            return refuse(
                "too_many_bytes",
                &format!("at most {JOINED_BYTES_MAX} bytes joined"),
                joined.len().to_string(),
            );
        }
        Ok(Self { joined })
    }
}

fn shown(token: &str) -> String {
    format!("{:?}", token.chars().take(80).collect::<String>())
}
