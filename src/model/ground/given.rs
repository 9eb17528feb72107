//! Reading what a caller gives into the structs of arguments: [`Read`], and the macros that derive it.
//!
//! Invariant: what no field is named for is refused by name, and so is what is given twice. A struct costs a few calls
//! of what all share, and no parser of its own.

use super::json::{is_named, one_of, refusal, refused, unknown};
use super::payload::Bytes;
use crate::error::{Code, Error, Result};
use std::collections::BTreeMap;

pub use super::json::{Given, Path};

/// What can be read from what a caller gives.
pub trait Read: Sized {
    /// Reads it, or says what is wrong and where.
    fn read(given: Given<'_>, at: &Path<'_>) -> Result<Self>;

    /// What stands in its place until it was read.
    fn blank() -> Self;

    /// The words that it may be, where these are all.
    const CHOICES: &'static [&'static str] = &[];

    /// What stands for a member that was left out, where it may be.
    fn missing() -> Option<Self> {
        None
    }
}

/// A struct that is read from the members of an object, where those of another one may stand beside them.
pub trait Members: Read {
    /// What the members are called, one list for each struct.
    const NAMES: &'static [&'static [&'static str]];

    /// Reads the members, in that order.
    fn fill(&mut self, fields: &mut Fields<'_, '_>);
}

/// Reads a struct from an object.
pub fn read_members<T: Members>(given: Given<'_>, at: &Path<'_>) -> Result<T> {
    let mut fields = Fields::of(given, at, T::NAMES);
    let mut read = T::blank();
    read.fill(&mut fields);
    fields.done().map(|()| read)
}

/// Reads JSON that was stored; what cannot be read is damaged.
pub fn of_stored<T: Read>(json: &str, what: &str) -> Result<T> {
    Given::of_json(json).and_then(|given| T::read(given, &Path::TOP)).map_err(|e| damaged(&e, what))
}

/// JSON that was stored; what cannot be parsed is damaged.
pub fn stored<'a>(json: &'a str, what: &str) -> Result<Given<'a>> {
    Given::of_json(json).map_err(|e| damaged(&e, what))
}

#[cold]
fn damaged(e: &Error, what: &str) -> Error {
    Error::new(Code::Corruption, format!("{what} cannot be read: {}", e.message()))
}

/// The members of an object, in the order of the fields that they are for, or the first refusal among them: a struct
/// asks once, at the end.
pub struct Fields<'a, 'p> {
    at: &'p Path<'p>,
    rest: std::vec::IntoIter<(&'static str, Option<Given<'a>>)>,
    refused: Option<Error>,
}

impl<'a, 'p> Fields<'a, 'p> {
    /// Sorts the members; those that no field is named for are refused, and those given twice.
    #[inline(never)]
    pub fn of(given: Given<'a>, at: &'p Path<'p>, names: &[&[&'static str]]) -> Self {
        match sorted(given, at, names) {
            Ok(fields) => Self { at, rest: fields.into_iter(), refused: None },
            Err(e) => Self { at, rest: Vec::new().into_iter(), refused: Some(e) },
        }
    }

    /// What was given for the next field.
    #[inline(never)]
    pub fn given(&mut self) -> (&'static str, Option<Given<'a>>) {
        self.rest.next().unwrap_or_default()
    }

    /// Reads the next field.
    #[inline(never)]
    pub fn take<T: Read>(&mut self, place: &mut T) {
        let (field, given) = self.given();
        let at = self.at.field(field);
        let missing = || T::missing().ok_or_else(|| lacking(&at, T::CHOICES));
        self.put(place, given.map_or_else(missing, |given| T::read(given, &at)));
    }

    /// Reads the next field; its default stands where it was left out.
    #[inline(never)]
    pub fn take_or_default<T: Read + Default>(&mut self, place: &mut T) {
        let (field, given) = self.given();
        let at = self.at.field(field);
        self.put(place, given.map_or_else(|| Ok(T::default()), |given| T::read(given, &at)));
    }

    fn put<T>(&mut self, place: &mut T, read: Result<T>) {
        match read {
            Ok(value) => *place = value,
            Err(e) => {
                self.refused.get_or_insert(e);
            }
        }
    }

    /// Whether nothing was refused so far.
    pub fn is_clean(&self) -> bool {
        self.refused.is_none()
    }

    /// Gives a refusal the code of the struct whose fields were read last; ids among them keep theirs.
    #[inline(never)]
    pub fn code(&mut self, code: Code) {
        let is_id = |e: &Error| e.details().get("field").is_some_and(|field| field.contains("budgetIds"));
        self.refused = self.refused.take().map(|e| if is_id(&e) { e } else { e.coded(code) });
    }

    /// The first refusal, where there was one.
    #[inline(never)]
    pub fn done(self) -> Result<()> {
        self.refused.map_or(Ok(()), Err)
    }
}

type Sorted<'a> = Vec<(&'static str, Option<Given<'a>>)>;

fn sorted<'a>(given: Given<'a>, at: &Path<'_>, names: &[&[&'static str]]) -> Result<Sorted<'a>> {
    let Given::Object(members) = given else { return Err(refusal(at, "an object", &given)) };
    let mut fields: Sorted<'a> = names.iter().copied().flatten().map(|field| (*field, None)).collect();
    for (name, value) in members {
        let found = fields.iter_mut().find(|(field, _)| is_named(&name, field));
        let Some((_, slot)) = found else { return Err(unknown(at, &name, names.iter().copied().flatten())) };
        if slot.replace(value).is_some() {
            return Err(refused(&at.name(&name), "JSON as documented", &format!("duplicate field `{name}`")));
        }
    }
    Ok(fields)
}

#[cold]
fn lacking(at: &Path<'_>, choices: &[&str]) -> Error {
    if choices.is_empty() {
        return refused(at, "a value", "nothing");
    }
    refused(at, &one_of(choices.iter().copied()), "nothing")
}

/// Reads a struct from an object: `reads!(Args { needed, or_nothing, or_default = default })`. A member may be left out
/// where its type has a value for that, or where it has `= default`. The members of another struct may stand beside its
/// own: behind them in `reads!(Args { own } beside policy: Policy)`, before them in `reads!(Args beside flow: Flow { own })`.
/// What is wrong in a struct may have a code of its own: `reads!(Args { own } coded InvalidPolicy)`.
macro_rules! reads {
    ($name:ident { $($field:ident $(= $default:ident)?),* $(,)? } $(beside $inner:ident: $type:ty)?) => {
        $crate::model::ground::given::reads!(@struct $name {
            [&[$(stringify!($field)),*] $(, <$type as $crate::model::ground::given::Members>::NAMES[0])?]
            [$($field $(= $default)?,)* $($inner beside,)?]
            [$($field,)* $($inner,)?]
            []
        });
    };
    ($name:ident { $($field:ident $(= $default:ident)?),* $(,)? } coded $code:ident) => {
        $crate::model::ground::given::reads!(@struct $name {
            [&[$(stringify!($field)),*]] [$($field $(= $default)?,)*] [$($field,)*] [$code]
        });
    };
    ($name:ident beside $inner:ident: $type:ty { $($field:ident $(= $default:ident)?),* $(,)? }) => {
        $crate::model::ground::given::reads!(@struct $name {
            [<$type as $crate::model::ground::given::Members>::NAMES[0], &[$(stringify!($field)),*]]
            [$inner beside, $($field $(= $default)?,)*]
            [$inner, $($field,)*]
            []
        });
    };
    (@struct $name:ident {
        [$($names:expr),*] [$($field:ident $($word:ident)? $(= $default:ident)?,)*] [$($member:ident,)*]
        [$($code:ident)?]
    }) => {
        impl $crate::model::ground::given::Members for $name {
            const NAMES: &'static [&'static [&'static str]] = &[$($names),*];

            fn fill(&mut self, fields: &mut $crate::model::ground::given::Fields<'_, '_>) {
                let _clean = fields.is_clean();
                $($crate::model::ground::given::reads!(@take fields (&mut self.$field) $($word)? $($default)?);)*
                $(if _clean { fields.code($crate::error::Code::$code); })?
            }
        }

        impl $crate::model::ground::given::Read for $name {
            fn read(
                given: $crate::model::ground::given::Given<'_>,
                at: &$crate::model::ground::given::Path<'_>,
            ) -> $crate::error::Result<Self> {
                $crate::model::ground::given::read_members(given, at)$(.map_err(|e| e.coded($crate::error::Code::$code)))?
            }

            fn blank() -> Self {
                Self { $($member: $crate::model::ground::given::Read::blank()),* }
            }
        }
    };
    (@take $fields:ident $place:tt) => { $fields.take($place) };
    (@take $fields:ident $place:tt default) => { $fields.take_or_default($place) };
    (@take $fields:ident $place:tt beside) => { $crate::model::ground::given::Members::fill($place, $fields) };
}
pub(crate) use reads;

/// Reads an enum of structs from an object, one member of which tells which: `tagged!(Enum by kind { "word" => Variant {
/// field, other }, … })`.
macro_rules! tagged {
    ($name:ident by $tag:ident { $first:literal => $blank:ident { $($start:ident $(= $begin:ident)?),* $(,)? }
    $(, $word:literal => $variant:ident { $($field:ident $(= $default:ident)?),* $(,)? })* $(,)? }) => {
        impl $crate::model::ground::given::Read for $name {
            fn read(
                given: $crate::model::ground::given::Given<'_>,
                at: &$crate::model::ground::given::Path<'_>,
            ) -> $crate::error::Result<Self> {
                use $crate::model::ground::given::{tag, variant};
                match tag(&given, at, stringify!($tag), &[$first, $($word),*])? {
                    $($word => variant!(given, at, $variant { $($field $(= $default)?),* } by $tag),)*
                    _ => variant!(given, at, $blank { $($start $(= $begin)?),* } by $tag),
                }
            }

            fn blank() -> Self {
                Self::$blank { $($start: $crate::model::ground::given::Read::blank()),* }
            }
        }
    };
}
pub(crate) use tagged;

/// Reads one variant of an enum of structs, the tag passed over where there is one.
macro_rules! variant {
    ($given:ident, $at:ident, $variant:ident { $($field:ident $(= $default:ident)?),* } $(by $tag:ident)?) => {{
        let names: &[&str] = &[$(stringify!($tag),)? $(stringify!($field)),*];
        let mut fields = $crate::model::ground::given::Fields::of($given, $at, &[names]);
        $(let _ = (stringify!($tag), fields.given());)?
        $(let mut $field = $crate::model::ground::given::Read::blank();)*
        $($crate::model::ground::given::reads!(@take fields (&mut $field) $($default)?);)*
        fields.done().map(|()| Self::$variant { $($field),* })
    }};
}
pub(crate) use variant;

/// Reads an enum from a word: `spelled!(Enum { "word" => Variant, … })`.
macro_rules! spelled {
    ($name:ident { $first:literal => $blank:ident $(, $word:literal => $variant:ident)* $(,)? }) => {
        impl $crate::model::ground::given::Read for $name {
            const CHOICES: &'static [&'static str] = &[$first $(, $word)*];

            fn read(
                given: $crate::model::ground::given::Given<'_>,
                at: &$crate::model::ground::given::Path<'_>,
            ) -> $crate::error::Result<Self> {
                let place = $crate::model::ground::given::word(&given, at, Self::CHOICES)?;
                Ok([Self::$blank $(, Self::$variant)*].get(place).copied().unwrap_or(Self::$blank))
            }

            fn blank() -> Self {
                Self::$blank
            }
        }
    };
}
pub(crate) use spelled;

/// The word of an object's member that tells how the others are read.
pub fn tag(given: &Given<'_>, at: &Path<'_>, field: &'static str, words: &[&'static str]) -> Result<&'static str> {
    let here = at.field(field);
    let place = match (given, given.member(field)) {
        (_, Some(found)) => word(found, &here, words)?,
        (Given::Object(_), None) => return Err(lacking(&here, words)),
        (_, None) => return Err(refusal(at, "an object", given)),
    };
    Ok(words.get(place).copied().unwrap_or_default())
}

/// The place of a word in the list of those that it may be.
#[inline(never)]
pub fn word(given: &Given<'_>, at: &Path<'_>, words: &[&'static str]) -> Result<usize> {
    let place = if let Given::Text(text) = given { words.iter().position(|word| word == text) } else { None };
    place.ok_or_else(|| refusal(at, &one_of(words.iter().copied()), given))
}

impl<T: Read> Read for Option<T> {
    fn read(given: Given<'_>, at: &Path<'_>) -> Result<Self> {
        if matches!(given, Given::Null) { Ok(None) } else { T::read(given, at).map(Some) }
    }

    fn missing() -> Option<Self> {
        Some(None)
    }

    fn blank() -> Self {
        None
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(given: Given<'_>, at: &Path<'_>) -> Result<Self> {
        let Given::List(items) = given else { return Err(refusal(at, "an array", &given)) };
        let mut list = Self::with_capacity(items.len());
        for (place, item) in items.into_iter().enumerate() {
            list.push(T::read(item, &at.place(place))?);
        }
        Ok(list)
    }

    fn blank() -> Self {
        Self::new()
    }
}

impl Read for BTreeMap<String, String> {
    fn read(given: Given<'_>, at: &Path<'_>) -> Result<Self> {
        let Given::Object(members) = given else { return Err(refusal(at, "an object", &given)) };
        let mut map = Self::new();
        for (name, value) in members {
            let value = String::read(value, &at.name(&name))?;
            if map.contains_key(&*name) {
                return Err(refused(&at.name(&name), "JSON as documented", &format!("duplicate field `{name}`")));
            }
            map.insert(name.into_owned(), value);
        }
        Ok(map)
    }

    fn blank() -> Self {
        Self::new()
    }
}

impl Read for String {
    #[inline(never)]
    fn read(given: Given<'_>, at: &Path<'_>) -> Result<Self> {
        if let Given::Text(text) = given { Ok(text.into_owned()) } else { Err(refusal(at, "a string", &given)) }
    }

    fn blank() -> Self {
        Self::new()
    }
}

impl Read for bool {
    fn read(given: Given<'_>, at: &Path<'_>) -> Result<Self> {
        if let Given::Bool(value) = given { Ok(value) } else { Err(refusal(at, "a boolean", &given)) }
    }

    fn blank() -> Self {
        false
    }
}

impl Read for i64 {
    fn read(given: Given<'_>, at: &Path<'_>) -> Result<Self> {
        if let Given::Int(number) = given { Ok(number) } else { Err(refusal(at, "a whole number", &given)) }
    }

    fn blank() -> Self {
        0
    }
}

impl Read for f64 {
    #[expect(clippy::cast_precision_loss, reason = "a number with a fraction is a nearest one as well")]
    fn read(given: Given<'_>, at: &Path<'_>) -> Result<Self> {
        match given {
            Given::Int(number) => Ok(number as Self),
            Given::Large(number) => Ok(number as Self),
            Given::Float(number) => Ok(number),
            Given::Null | Given::Bool(_) | Given::Text(_) | Given::List(_) | Given::Object(_) => {
                Err(refusal(at, "a number", &given))
            }
        }
    }

    fn blank() -> Self {
        0.0
    }
}

impl Read for Bytes {
    fn read(given: Given<'_>, at: &Path<'_>) -> Result<Self> {
        let place = if let Given::Int(place) = given { u32::try_from(place).ok() } else { None };
        let limit = "a Uint8Array (in a batch: its place among the payloads)";
        place.map(|place| Self::At(place as usize)).ok_or_else(|| refusal(at, limit, &given))
    }

    fn blank() -> Self {
        Self::At(usize::MAX)
    }
}
