//! What a caller gives, as JSON has it: a tree read in one place that knows no struct, and the path of a value in it.
//!
//! Invariant: a refusal names the value by its path, what it may be and what was found. Absent on purpose: positions in
//! the text; the path is linked up the stack and written out for a refusal only.

use crate::error::{Code, Error, Result, WHOLE_MAX};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use std::borrow::Cow;
use std::fmt::{self, Write as _};

/// A JSON value.
#[derive(Debug)]
pub enum Given<'a> {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number that is larger than any that is accepted.
    Large(u64),
    /// Any other number.
    Float(f64),
    /// A text, borrowed where nothing in it is escaped.
    Text(Cow<'a, str>),
    /// An array.
    List(Vec<Given<'a>>),
    /// An object, its members as they came, given twice or not.
    Object(Vec<(Cow<'a, str>, Given<'a>)>),
}

impl<'a> Given<'a> {
    /// Reads JSON.
    pub fn of_json(json: &'a str) -> Result<Self> {
        serde_json::from_str(json).map_err(|e| refused(&Path::TOP, "JSON as documented", &e.to_string()))
    }

    /// The member of an object that a field is named for.
    pub fn member(&self, field: &str) -> Option<&Given<'a>> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(name, _)| is_named(name, field)).map(|(_, given)| given)
    }
}

impl Serialize for Given<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(number) => serializer.serialize_i64(*number),
            Self::Large(number) => serializer.serialize_u64(*number),
            Self::Float(number) => serializer.serialize_f64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(members) => serializer.collect_map(members.iter().map(|(name, given)| (name, given))),
        }
    }
}

impl<'de> Deserialize<'de> for Given<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(GivenVisitor)
    }
}

struct GivenVisitor;

impl<'de> Visitor<'de> for GivenVisitor {
    type Value = Given<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> std::result::Result<Given<'de>, E> {
        Ok(Given::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Given<'de>, E> {
        Ok(Given::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Given<'de>, E> {
        Ok(Given::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Given<'de>, E> {
        Ok(i64::try_from(value).map_or(Given::Large(value), Given::Int))
    }

    fn visit_f64<E>(self, value: f64) -> std::result::Result<Given<'de>, E> {
        Ok(Given::Float(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> std::result::Result<Given<'de>, E> {
        Ok(Given::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> std::result::Result<Given<'de>, E> {
        Ok(Given::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<Given<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Given::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> std::result::Result<Given<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(name) = members.next_key()? {
            let Given::Text(name) = name else { return Err(A::Error::custom("a name that is no text")) };
            list.push((name, members.next_value()?));
        }
        Ok(Given::Object(list))
    }
}

/// Where a value stands, from the top down.
#[derive(Clone, Copy)]
pub struct Path<'p> {
    up: Option<&'p Path<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    /// A member as its caller wrote it.
    Name(&'p str),
    /// The member that a field is named for.
    Field(&'static str),
    /// A place in an array.
    Place(usize),
}

impl<'p> Path<'p> {
    /// Where arguments stand.
    pub const TOP: Path<'static> = Path::named("");

    /// A top of this name.
    pub const fn named(name: &'p str) -> Self {
        Self { up: None, step: Step::Name(name) }
    }

    /// The member that a field is named for.
    #[must_use]
    pub const fn field(&'p self, field: &'static str) -> Self {
        Self { up: Some(self), step: Step::Field(field) }
    }

    /// A member as its caller wrote it.
    #[must_use]
    pub const fn name(&'p self, name: &'p str) -> Self {
        Self { up: Some(self), step: Step::Name(name) }
    }

    /// A place in an array.
    #[must_use]
    pub const fn place(&'p self, place: usize) -> Self {
        Self { up: Some(self), step: Step::Place(place) }
    }

    /// The path in words: `retry.backoff.delayMs`, `lanes[1]`.
    fn text(&self) -> String {
        let mut text = self.up.map_or_else(String::new, Path::text);
        let dot = if text.is_empty() { "" } else { "." };
        let _ = match self.step {
            Step::Name(name) => write!(text, "{dot}{}", name.chars().take(80).collect::<String>()),
            Step::Field(field) => write!(text, "{dot}{}", camel(field)),
            Step::Place(place) => write!(text, "[{place}]"),
        };
        text
    }
}

/// The name on the wire of a field.
fn camel(field: &str) -> String {
    let mut name = String::new();
    for word in field.split('_') {
        match word.chars().next() {
            Some(first) if !name.is_empty() => {
                name.push(first.to_ascii_uppercase());
                name.push_str(&word[1..]);
            }
            Some(_) | None => name.push_str(word),
        }
    }
    name
}

/// Whether a name on the wire is that of a field.
pub fn is_named(name: &str, field: &str) -> bool {
    let mut bytes = name.bytes();
    let mut is_first = false;
    for byte in field.bytes() {
        if byte == b'_' {
            is_first = true;
        } else {
            let wanted = if is_first { byte.to_ascii_uppercase() } else { byte };
            is_first = false;
            if bytes.next() != Some(wanted) {
                return false;
            }
        }
    }
    bytes.next().is_none()
}

/// The refusal of a value that is of another kind.
#[cold]
#[inline(never)]
pub fn refusal(at: &Path<'_>, limit: &str, given: &Given<'_>) -> Error {
    match given {
        Given::Null => refused(at, limit, "null"),
        Given::Bool(value) => refused(at, limit, if *value { "true" } else { "false" }),
        Given::Int(number) => refused(at, limit, &number.to_string()),
        Given::Large(number) => refused(at, limit, &number.to_string()),
        Given::Float(number) => refused(at, limit, &number_text(*number)),
        Given::Text(text) => refused(at, limit, &format!("{text:?}")),
        Given::List(_) => refused(at, limit, "an array"),
        Given::Object(_) => refused(at, limit, "an object"),
    }
}

/// A number as JavaScript writes it: the standard library has another word for infinity, and writes a large number digit
/// by digit.
#[cold]
#[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
pub fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < WHOLE_MAX {
        return (number as i64).to_string();
    }
    match serde_json::Number::from_f64(number) {
        Some(number) => number.to_string(),
        None if number.is_nan() => "NaN".to_owned(),
        None => if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned(),
    }
}

/// A refusal. A set of capabilities that is no array of texts has a code and a detail of its own (contract:
/// executions.capability-tokens, claims.offered-tokens).
#[cold]
#[inline(never)]
pub(in crate::model) fn refused(at: &Path<'_>, limit: &str, found: &str) -> Error {
    let path = at.text();
    match misread_capabilities(&path) {
        Some(detail) => Error::argument(Code::InvalidCapabilities, &path, limit, found).with("detail", detail),
        None if path.is_empty() => Error::argument(Code::InvalidInput, "arguments", limit, found),
        None => Error::argument(Code::InvalidInput, &path, limit, found),
    }
}

/// What is wrong with a set of capabilities that is no array of texts, by the path of what was found instead.
fn misread_capabilities(path: &str) -> Option<String> {
    let path = path.rsplit_once('.').map_or(path, |(_, last)| last);
    let (set, why) = path.split_once('[').map_or((path, "not_array"), |(set, _)| (set, "non_string_token"));
    let side = match set {
        "requiredCapabilities" => "required",
        "capabilities" => "worker",
        _ => return None,
    };
    Some(format!("{side}:{why}"))
}

#[cold]
#[inline(never)]
pub(in crate::model) fn unknown<'n>(at: &Path<'_>, name: &str, names: impl Iterator<Item = &'n &'static str>) -> Error {
    let limit = one_of(names.map(|field| camel(field)));
    refused(&at.name(name), &limit, &format!("unknown field `{name}`"))
}

/// Refuses the first member of an object that none of some lists names, and tells those of them that may be given.
pub fn known(given: &Given<'_>, at: &Path<'_>, names: &[&[&'static str]], withheld: &[&str]) -> Result<()> {
    let Given::Object(members) = given else { return Ok(()) };
    let all = || names.iter().copied().flatten();
    match members.iter().find(|(name, _)| !all().any(|field| is_named(name, field))) {
        None => Ok(()),
        Some((name, _)) => Err(unknown(at, name, all().filter(|field| !withheld.contains(*field)))),
    }
}

pub(in crate::model) fn one_of<S: fmt::Display>(words: impl Iterator<Item = S>) -> String {
    let mut text = String::from("one of");
    for (place, word) in words.enumerate() {
        let _ = write!(text, "{} `{word}`", if place > 0 { "," } else { "" });
    }
    text
}
