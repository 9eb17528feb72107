//! Where the engine is known to answer otherwise than its specification says. Each constant turns one comparison off;
//! none may stay for long.

/// Lifecycle §19: an invalid tag key is `validation.invalid_input`; the engine says `validation.invalid_tag_key`.
pub const A_TAG_KEY_HAS_A_CODE_OF_ITS_OWN: bool = true;
/// Lifecycle §4: `terminal_outcome` of what has not ended is the word `none`; the engine says null.
pub const AN_OUTCOME_TO_COME_IS_NULL: bool = true;
/// Lifecycle §8.1: an encoding is recorded verbatim; the engine forgets one that comes without bytes.
pub const AN_ENCODING_WITHOUT_BYTES_IS_FORGOTTEN: bool = true;
/// Lifecycle §3.1: a requirement set that is no array of strings is `validation.invalid_capabilities` (`not_array`,
/// `non_string_token`); the engine says `validation.invalid_input`.
pub const TOKENS_OF_A_WRONG_TYPE_ARE_INPUT: bool = true;
