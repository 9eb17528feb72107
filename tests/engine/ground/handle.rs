//! Handles as text; the bytes are laid out by hand, from the contract. Contract: leases.handle, leases.handle-corrupt,
//! leases.handle-foreign.

use crate::engine::world::{TTL, World, detail, refusal, test};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use tidegate::model::attempts::handle::Handle;
use tidegate::model::ground::vocabulary::HandleKind;
use tidegate::{Code, Error};

/// The parts of a handle, in the order of its bytes.
#[derive(Clone)]
struct Parts {
    head: Vec<u8>,
    execution: Vec<u8>,
    index: u32,
    attempt: Vec<u8>,
    lease: Vec<u8>,
    epoch: u64,
    ttl_ms: u64,
    lane: Vec<u8>,
    instance: Vec<u8>,
}

impl Parts {
    fn sound() -> Self {
        Self {
            head: vec![1, 2, 1, 3],
            execution: b"{fp:9}:018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c11".to_vec(),
            index: 3,
            attempt: b"936da01f-9abd-4d9d-80c7-02af85c822a8".to_vec(),
            lease: b"67e55044-10b1-426f-9247-bb680e5fe0c8".to_vec(),
            epoch: 4,
            ttl_ms: 30_000,
            lane: b"mail".to_vec(),
            instance: b"mailer-1".to_vec(),
        }
    }

    fn with(set: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut parts = Self::sound();
        set(&mut parts);
        parts.bytes()
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.head.clone();
        put(&mut bytes, &self.execution);
        bytes.extend_from_slice(&self.index.to_le_bytes());
        put(&mut bytes, &self.attempt);
        put(&mut bytes, &self.lease);
        bytes.extend_from_slice(&self.epoch.to_le_bytes());
        bytes.extend_from_slice(&self.ttl_ms.to_le_bytes());
        put(&mut bytes, &self.lane);
        put(&mut bytes, &self.instance);
        bytes
    }
}

fn put(bytes: &mut Vec<u8>, text: &[u8]) {
    bytes.extend_from_slice(&u32::try_from(text.len()).unwrap().to_le_bytes());
    bytes.extend_from_slice(text);
}

fn decode(bytes: &[u8]) -> tidegate::Result<Handle> {
    Handle::decode(&URL_SAFE_NO_PAD.encode(bytes))
}

fn corrupt(bytes: &[u8]) -> Error {
    let error = refusal(decode(bytes), Code::Corruption);
    assert!(detail(&error, "detail").starts_with("handle_codec"), "{error}");
    error
}

/// Contract: leases.handle.
#[test]
fn a_handle_is_its_kind_byte_and_its_version_2_bytes_as_base64url() {
    let handle = decode(&Parts::sound().bytes()).unwrap();
    assert_eq!(handle.kind, HandleKind::Fresh);
    assert_eq!(handle.execution.to_string(), "{fp:9}:018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c11");
    assert_eq!(handle.attempt_index, 3);
    assert_eq!(handle.fence.attempt_id.to_string(), "936da01f-9abd-4d9d-80c7-02af85c822a8");
    assert_eq!(handle.fence.lease_id.to_string(), "67e55044-10b1-426f-9247-bb680e5fe0c8");
    assert_eq!((handle.fence.epoch, handle.ttl_ms), (4, 30_000));
    assert_eq!((handle.lane.as_str(), handle.instance.as_str()), ("mail", "mailer-1"));
    assert_eq!(handle.encode(), URL_SAFE_NO_PAD.encode(Parts::sound().bytes()));
}

/// Contract: leases.handle.
#[test]
fn every_kind_of_handle_reads_back() {
    let mut handle = decode(&Parts::sound().bytes()).unwrap();
    for kind in [HandleKind::Fresh, HandleKind::Resumed, HandleKind::Suspended, HandleKind::Reclaimed] {
        handle.kind = kind;
        assert_eq!(Handle::decode(&handle.encode()).unwrap(), handle);
    }
}

/// Contract: leases.handle.
#[test]
fn a_claim_hands_back_a_handle_of_what_it_claimed() {
    let mut world = World::new();
    let claim = world.running();
    let handle = Handle::decode(&claim.handle).unwrap();
    assert_eq!(handle.kind, HandleKind::Fresh);
    assert_eq!(handle.execution.to_string(), claim.execution_id);
    assert_eq!((handle.attempt_index, handle.fence.epoch), (claim.attempt_index, claim.lease_epoch));
    assert_eq!(handle.fence.attempt_id.to_string(), claim.attempt_id);
    assert_eq!(handle.fence.lease_id.to_string(), claim.lease_id);
    assert_eq!((handle.ttl_ms, handle.lane.as_str(), handle.instance.as_str()), (TTL, "mail", "mailer-1"));
    assert!(claim.handle.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
}

/// Contract: leases.handle-names.
#[test]
fn the_longest_names_fit_into_a_handle() {
    let mut world = World::new();
    let (lane, instance) = ("l".repeat(64), "i".repeat(256));
    world.submit(&lane);
    let claim = world.claim_with(&lane, |claim| claim.worker.instance_id = Some(instance)).unwrap().unwrap();
    assert!(world.complete(&claim).is_ok());
}

/// Contract: leases.handle-corrupt.
#[test]
fn a_handle_cut_off_at_any_byte_is_corrupt() {
    let bytes = Parts::sound().bytes();
    for length in 0..bytes.len() {
        let error = corrupt(&bytes[..length]);
        assert!(error.message().contains("truncated"), "{length} bytes: {error}");
    }
}

/// Contract: leases.handle-corrupt.
#[test]
fn a_cut_off_handle_says_what_it_needed_where_and_what_it_had() {
    let error = corrupt(&Parts::sound().bytes()[..6]);
    for said in ["needed 4", "at 4", "have 2"] {
        assert!(error.message().contains(said), "{error}");
    }
}

#[test]
fn a_length_beyond_the_end_is_corrupt() {
    let mut bytes = Parts::sound().bytes();
    bytes[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(corrupt(&bytes).message().contains("truncated"));
}

/// Contract: leases.handle-corrupt.
#[test]
fn nothing_may_follow_the_last_field() {
    let mut bytes = Parts::sound().bytes();
    bytes.push(0);
    assert!(corrupt(&bytes).message().contains("trailing"));
}

#[test]
fn a_wrong_wire_version_is_corrupt() {
    for version in [0, 2, 255] {
        assert!(corrupt(&Parts::with(|parts| parts.head[2] = version)).message().contains("wire version"));
    }
}

#[test]
fn a_wrong_leading_byte_is_corrupt() {
    for magic in [0, 3, 255] {
        assert!(corrupt(&Parts::with(|parts| parts.head[1] = magic)).message().contains("leading byte"));
    }
}

#[test]
fn a_wrong_kind_byte_is_corrupt() {
    for kind in [0, 5, 255] {
        corrupt(&Parts::with(|parts| parts.head[0] = kind));
    }
}

#[test]
fn a_wrong_backend_tag_is_corrupt() {
    for tag in [0, 4, 255] {
        assert!(corrupt(&Parts::with(|parts| parts.head[3] = tag)).message().contains("backend tag"));
    }
}

/// Contract: leases.handle-foreign.
#[test]
fn a_handle_of_another_backend_is_refused_with_both_names() {
    for (tag, actual) in [(1, "Valkey"), (2, "Postgres")] {
        let error = refusal(decode(&Parts::with(|parts| parts.head[3] = tag)), Code::HandleFromOtherBackend);
        assert_eq!((detail(&error, "expected"), detail(&error, "actual")), ("Sqlite", actual));
        assert!(error.message().contains("Sqlite") && error.message().contains(actual), "{error}");
    }
}

/// Contract: leases.handle-foreign.
#[test]
fn a_handle_of_version_1_is_of_another_backend() {
    let error = refusal(decode(&Parts::with(|parts| parts.head = vec![1, 1])), Code::HandleFromOtherBackend);
    assert_eq!((detail(&error, "expected"), detail(&error, "actual")), ("Sqlite", "Valkey"));
}

#[test]
fn a_field_that_is_not_utf_8_is_corrupt_and_named() {
    let broken = vec![0xff; 36];
    for (bytes, field) in [
        (Parts::with(|parts| parts.execution = broken.clone()), "execution"),
        (Parts::with(|parts| parts.attempt = broken.clone()), "attempt"),
        (Parts::with(|parts| parts.lease = broken.clone()), "lease"),
        (Parts::with(|parts| parts.lane = broken.clone()), "lane"),
        (Parts::with(|parts| parts.instance = broken.clone()), "worker instance"),
    ] {
        assert!(corrupt(&bytes).message().contains(field), "{field}");
    }
}

#[test]
fn a_field_that_cannot_be_parsed_is_corrupt_and_named() {
    for (bytes, field) in [
        (Parts::with(|parts| parts.execution = b"{fp:0}:nonsense".to_vec()), "execution"),
        (Parts::with(|parts| parts.attempt = b"nonsense".to_vec()), "attempt"),
        (Parts::with(|parts| parts.lease = Vec::new()), "lease"),
        (Parts::with(|parts| parts.epoch = u64::MAX), "epoch"),
        (Parts::with(|parts| parts.ttl_ms = u64::MAX), "ttl"),
    ] {
        assert!(corrupt(&bytes).message().contains(field), "{field}");
    }
}

#[test]
fn a_text_that_is_not_base64url_is_corrupt() {
    let bytes = Parts::sound().bytes();
    let sound = URL_SAFE_NO_PAD.encode(&bytes);
    let padded = URL_SAFE.encode(&bytes[..bytes.len() - 1]);
    let standard = STANDARD.encode([1, 2, 1, 3, 0xfb, 0xff]);
    let blank = format!("{sound} ");
    for text in ["", "!", "ä", blank.as_str(), padded.as_str(), standard.as_str(), &"A".repeat(1_000_000)] {
        let error = refusal(Handle::decode(text), Code::Corruption);
        assert!(detail(&error, "detail").starts_with("handle_codec"), "{error}");
    }
}

/// Contract: leases.handle-first.
#[test]
fn a_handle_is_checked_before_storage_is_touched() {
    let mut world = World::new();
    let mut claim = world.running();
    claim.handle = URL_SAFE_NO_PAD.encode(Parts::with(|parts| parts.head[3] = 2));
    refusal(world.renew(&claim), Code::HandleFromOtherBackend);
    refusal(world.progress(&claim, None, None), Code::HandleFromOtherBackend);
    refusal(world.complete(&claim), Code::HandleFromOtherBackend);
    refusal(
        world.fail(&claim, tidegate::model::ground::vocabulary::FailureClass::Transient),
        Code::HandleFromOtherBackend,
    );
}
