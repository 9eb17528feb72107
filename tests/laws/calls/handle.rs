//! The handle's text form, written from its description and not from the engine (contract: leases.handle), so that
//! tests can take handles apart and forge them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handle {
    pub kind: u8,
    pub backend: u8,
    pub execution: String,
    pub attempt_index: u32,
    pub attempt_id: String,
    pub lease_id: String,
    pub epoch: u64,
    pub ttl_ms: u64,
    pub lane: String,
    pub instance: String,
}

impl Handle {
    pub fn encode(&self) -> String {
        let mut bytes = vec![self.kind, 0x02, 0x01, self.backend];
        put(&mut bytes, &self.execution);
        bytes.extend(self.attempt_index.to_le_bytes());
        put(&mut bytes, &self.attempt_id);
        put(&mut bytes, &self.lease_id);
        bytes.extend(self.epoch.to_le_bytes());
        bytes.extend(self.ttl_ms.to_le_bytes());
        put(&mut bytes, &self.lane);
        put(&mut bytes, &self.instance);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (head, mut rest) = bytes.split_at_checked(4)?;
        let handle = Self {
            kind: head[0],
            backend: head[3],
            execution: text_of(&mut rest)?,
            attempt_index: u32::from_le_bytes(take(&mut rest)?),
            attempt_id: text_of(&mut rest)?,
            lease_id: text_of(&mut rest)?,
            epoch: u64::from_le_bytes(take(&mut rest)?),
            ttl_ms: u64::from_le_bytes(take(&mut rest)?),
            lane: text_of(&mut rest)?,
            instance: text_of(&mut rest)?,
        };
        (head[1..3] == [0x02, 0x01] && rest.is_empty()).then_some(handle)
    }
}

fn put(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
    bytes.extend(text.as_bytes());
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*taken)
}

fn text_of(rest: &mut &[u8]) -> Option<String> {
    let length = u32::from_le_bytes(take(rest)?) as usize;
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after;
    String::from_utf8(taken.to_vec()).ok()
}
