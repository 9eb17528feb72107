//! What a closed vocabulary is: an enum, a word on the wire and a number in the database for each of its values.

use crate::error::{Code, Error};

macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $number:literal, $word:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
        #[cfg_attr(feature = "types", derive(ts_rs::TS))]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The word on the wire.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }

            /// The number in the database.
            pub const fn number(self) -> i64 {
                match self { $($name::$variant => $number),* }
            }

            /// The value of a stored number.
            pub fn of_number(number: i64) -> $crate::error::Result<Self> {
                match number {
                    $($number => Ok($name::$variant),)*
                    _ => Err($crate::model::ground::word::unknown(stringify!($name), number)),
                }
            }
        }

        $crate::model::ground::given::spelled!($name { $($word => $variant),* });

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}
pub(in crate::model) use vocabulary;

/// The refusal of a stored number.
#[cold]
pub(in crate::model) fn unknown(name: &str, number: i64) -> Error {
    Error::new(Code::Corruption, format!("a stored row holds {number}, which is no {name}"))
        .with("field", name)
        .with_number("found", number)
}
