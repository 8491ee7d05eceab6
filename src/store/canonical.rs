//! The one written form of an event, byte for byte, and its leaf hash.
//!
//! The form is RFC 8785 (JSON Canonicalization Scheme) restricted to whole numbers that every reader can hold exactly.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::StoreError;

/// The largest whole number that RFC 8785 writes exactly: 2^53 - 1.
const LARGEST: u64 = 9_007_199_254_740_991;

/// The canonical bytes: keys sorted by UTF-16 units, no spaces, only necessary escapes. Numbers that are not whole, or
/// beyond 2^53 - 1, are refused.
pub fn canonical(value: &Value) -> Result<Vec<u8>, StoreError> {
    let mut out = Vec::with_capacity(256);
    write_value(value, &mut out)?;
    Ok(out)
}

/// The leaf of a Merkle tree over `bytes`: SHA-256 of 0x00 and the bytes (RFC 9162, section 2.1.1).
pub fn leaf(bytes: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update([0]).chain_update(bytes).finalize().into()
}

fn write_value(value: &Value, out: &mut Vec<u8>) -> Result<(), StoreError> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => {
            if number.as_i64().is_none_or(|whole| whole.unsigned_abs() > LARGEST) {
                return Err(StoreError::NotCanonical(number.to_string()));
            }
            out.extend_from_slice(number.to_string().as_bytes());
        }
        Value::String(text) => write_text(text, out),
        Value::Array(values) => {
            out.push(b'[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_value(value, out)?;
            }
            out.push(b']');
        }
        Value::Object(fields) => write_fields(fields, out)?,
    }
    Ok(())
}

/// Sorted here, whatever order the map has: a dependency may switch on insertion order for the whole build.
fn write_fields(fields: &Map<String, Value>, out: &mut Vec<u8>) -> Result<(), StoreError> {
    let mut sorted: Vec<_> = fields.iter().collect();
    sorted.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
    out.push(b'{');
    for (index, (key, value)) in sorted.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_text(key, out);
        out.push(b':');
        write_value(value, out)?;
    }
    out.push(b'}');
    Ok(())
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for character in text.chars() {
        match character {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\u{8}' => out.extend_from_slice(b"\\b"),
            '\t' => out.extend_from_slice(b"\\t"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\u{c}' => out.extend_from_slice(b"\\f"),
            '\r' => out.extend_from_slice(b"\\r"),
            control if control < ' ' => out.extend_from_slice(format!("\\u{:04x}", u32::from(control)).as_bytes()),
            other => out.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn written(value: &Value) -> String {
        String::from_utf8(canonical(value).unwrap()).unwrap()
    }

    #[test]
    fn keys_are_sorted_and_nothing_is_spaced() {
        let value = json!({"b": [1, -2, true, null], "a": {"z": "", "y": false}});
        assert_eq!(written(&value), r#"{"a":{"y":false,"z":""},"b":[1,-2,true,null]}"#);
    }

    #[test]
    fn keys_sort_by_utf16_units_as_rfc_8785_says() {
        let value = json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7});
        let places: Vec<usize> = [2, 4, 6, 7, 1, 5, 3]
            .iter()
            .map(|number| written(&value).find(&format!(":{number}")).unwrap())
            .collect();
        assert!(places.is_sorted());
    }

    #[test]
    fn only_necessary_escapes_are_written() {
        assert_eq!(
            written(&json!("\"\\/\u{8}\t\n\u{c}\r\u{1f}\u{7f}张")),
            "\"\\\"\\\\/\\b\\t\\n\\f\\r\\u001f\u{7f}张\""
        );
    }

    #[test]
    fn numbers_that_readers_could_round_are_refused() {
        assert_eq!(written(&json!(LARGEST)), "9007199254740991");
        for number in [
            json!(0.5),
            json!(1.0),
            json!(LARGEST + 1),
            json!(u64::MAX),
            json!(i64::MIN),
        ] {
            assert!(matches!(
                canonical(&json!({"n": number})),
                Err(StoreError::NotCanonical(_))
            ));
        }
    }

    #[test]
    fn the_leaf_of_nothing_is_the_one_of_rfc_9162() {
        assert_eq!(
            hex::encode(leaf(b"")),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaves = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaves.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map(any::<String>(), inner, 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_and_is_written_alike_again(value in values()) {
            let bytes = canonical(&value).unwrap();
            let read: Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(&read, &value);
            prop_assert_eq!(canonical(&read).unwrap(), bytes);
        }
    }
}
