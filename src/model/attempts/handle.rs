//! The handle: what a worker holds for one leased attempt, and its text form.
//!
//! Invariant: a handle decodes to exactly what was encoded or is refused; nothing of it is trusted before the lease
//! gate has compared it with the stored row. Contract: leases.handle, leases.handle-corrupt.

use crate::error::{Code, Error, Result};
use crate::model::executions::lease::Fence;
use crate::model::ground::id::{ExecutionId, parse_uuid};
use crate::model::ground::vocabulary::HandleKind;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const MAGIC: u8 = 0x02;
const LEGACY: u8 = 0x01;
const WIRE_VERSION: u8 = 0x01;
const BACKENDS: [&str; 3] = ["Valkey", "Postgres", "Sqlite"];
const SQLITE: u8 = 0x03;
/// No handle that we mint is longer: two names of 256 bytes, a lane of 64, ids and numbers.
pub const TEXT_BYTES_MAX: usize = 2_048;

/// A decoded handle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handle {
    /// How the claim got its attempt.
    pub kind: HandleKind,
    /// The execution.
    pub execution: ExecutionId,
    /// The attempt's index.
    pub attempt_index: i64,
    /// Lease id, epoch and attempt id.
    pub fence: Fence,
    /// The time to live that a renewal grants again, in ms.
    pub ttl_ms: i64,
    /// The lane.
    pub lane: String,
    /// The worker's instance.
    pub instance: String,
}

impl Handle {
    /// The text form: base64url of the kind byte and the version-2 bytes.
    pub fn encode(&self) -> String {
        let mut bytes = Vec::with_capacity(256);
        bytes.push(kind_byte(self.kind));
        bytes.extend_from_slice(&[MAGIC, WIRE_VERSION, SQLITE]);
        put_text(&mut bytes, &self.execution.text());
        bytes.extend_from_slice(&saturated_u32(self.attempt_index).to_le_bytes());
        let mut uuid = [0; 36];
        put_text(&mut bytes, self.fence.attempt_id.as_hyphenated().encode_lower(&mut uuid));
        put_text(&mut bytes, self.fence.lease_id.as_hyphenated().encode_lower(&mut uuid));
        bytes.extend_from_slice(&self.fence.epoch.unsigned_abs().to_le_bytes());
        bytes.extend_from_slice(&self.ttl_ms.unsigned_abs().to_le_bytes());
        put_text(&mut bytes, &self.lane);
        put_text(&mut bytes, &self.instance);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads the text form.
    pub fn decode(text: &str) -> Result<Self> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(refuse(&format!("handle_codec: {} characters, at most {TEXT_BYTES_MAX}", text.len())));
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|e| refuse(&format!("handle_codec: not base64url: {e}")))?;
        let mut rest = Reader { bytes: &bytes, at: 0 };
        let kind = kind_of_byte(rest.byte("kind")?)?;
        match rest.byte("magic")? {
            MAGIC => {}
            LEGACY => return Err(foreign("Valkey")),
            other => return Err(refuse(&format!("handle_codec: bad leading byte {other}"))),
        }
        match rest.byte("wire version")? {
            WIRE_VERSION => {}
            other => return Err(refuse(&format!("handle_codec: bad wire version {other}"))),
        }
        match rest.byte("backend")? {
            SQLITE => {}
            other => {
                let name = usize::from(other).checked_sub(1).and_then(|index| BACKENDS.get(index));
                return Err(name
                    .map_or_else(|| refuse(&format!("handle_codec: bad backend tag {other}")), |name| foreign(name)));
            }
        }
        rest.body(kind)
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn body(mut self, kind: HandleKind) -> Result<Handle> {
        let execution = ExecutionId::parse("handle", self.text("execution id")?)
            .map_err(|_| refuse("handle_codec: unparseable field execution id"))?;
        let attempt_index = i64::from(u32::from_le_bytes(self.array("attempt index")?));
        let attempt_id = self.uuid("attempt id")?;
        let lease_id = self.uuid("lease id")?;
        let epoch = self.number("lease epoch")?;
        let ttl_ms = self.number("lease ttl")?;
        let lane = self.text("lane")?.to_owned();
        let instance = self.text("worker instance id")?.to_owned();
        if self.at < self.bytes.len() {
            return Err(refuse(&format!("handle_codec: {} trailing bytes", self.bytes.len() - self.at)));
        }
        let fence = Fence { lease_id, epoch, attempt_id };
        Ok(Handle { kind, execution, attempt_index, fence, ttl_ms, lane, instance })
    }

    fn take(&mut self, needed: usize, field: &str) -> Result<&'a [u8]> {
        let have = self.bytes.len() - self.at;
        if needed > have {
            return Err(refuse(&format!(
                "handle_codec: truncated at {field}: needed {needed}, at {}, have {have}",
                self.at
            )));
        }
        let taken = &self.bytes[self.at..self.at + needed];
        self.at += needed;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, field: &str) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N, field)?);
        Ok(array)
    }

    fn byte(&mut self, field: &str) -> Result<u8> {
        Ok(self.array::<1>(field)?[0])
    }

    fn text(&mut self, field: &str) -> Result<&'a str> {
        let length = u32::from_le_bytes(self.array(field)?) as usize;
        std::str::from_utf8(self.take(length, field)?)
            .map_err(|_| refuse(&format!("handle_codec: {field} is not UTF-8")))
    }

    fn uuid(&mut self, field: &str) -> Result<uuid::Uuid> {
        parse_uuid(self.text(field)?).ok_or_else(|| refuse(&format!("handle_codec: unparseable field {field}")))
    }

    fn number(&mut self, field: &str) -> Result<i64> {
        let number = u64::from_le_bytes(self.array(field)?);
        i64::try_from(number).map_err(|_| refuse(&format!("handle_codec: unparseable field {field}")))
    }
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

fn saturated_u32(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

const fn kind_byte(kind: HandleKind) -> u8 {
    match kind {
        HandleKind::Fresh => 1,
        HandleKind::Resumed => 2,
        HandleKind::Suspended => 3,
        HandleKind::Reclaimed => 4,
    }
}

fn kind_of_byte(byte: u8) -> Result<HandleKind> {
    HandleKind::ALL
        .iter()
        .copied()
        .find(|kind| kind_byte(*kind) == byte)
        .ok_or_else(|| refuse(&format!("handle_codec: bad kind byte {byte}")))
}

#[cold]
fn refuse(detail: &str) -> Error {
    Error::new(Code::Corruption, detail.to_owned()).with("field", "handle").with("detail", detail)
}

#[cold]
fn foreign(actual: &str) -> Error {
    Error::new(
        Code::HandleFromOtherBackend,
        format!("the handle was minted by another backend: expected Sqlite, actual {actual}"),
    )
    .with("field", "handle")
    .with("expected", "Sqlite")
    .with("actual", actual)
}
