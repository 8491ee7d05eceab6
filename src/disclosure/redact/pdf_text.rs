//! Text operations without some of their letters, and the marks that are drawn where something was.

use std::collections::BTreeMap;

use lopdf::content::Operation;
use lopdf::{Object, StringFormat};

use super::super::pdf::canvas::texts;
use super::super::pdf::geometry::Rect;

/// A letter that goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Letter {
    /// How far it moved on, in thousandths of the font's size: what follows stays where it is.
    pub advance: f64,
    /// Bytes of its code.
    pub bytes: usize,
}

/// The letters that go from one operation, by the number of the text and the number of the code in it.
pub type Letters = BTreeMap<(usize, usize), Letter>;

/// A text operation without letters.
pub fn without(operation: &Operation, letters: &Letters) -> Vec<Operation> {
    let bytes_of_code = letters.values().next().map_or(1, |letter| letter.bytes.max(1));
    let mut items: Vec<Object> = Vec::new();
    for (number, item) in texts(operation).into_iter().enumerate() {
        let Object::String(bytes, _) = item else {
            items.push(item.clone());
            continue;
        };
        let mut kept: Vec<u8> = Vec::new();
        for (code_number, code) in bytes.chunks(bytes_of_code).enumerate() {
            match letters.get(&(number, code_number)) {
                None => kept.extend(code),
                Some(letter) => {
                    if !kept.is_empty() {
                        items.push(Object::String(std::mem::take(&mut kept), StringFormat::Hexadecimal));
                    }
                    items.push(Object::Real(-letter.advance as f32));
                }
            }
        }
        if !kept.is_empty() {
            items.push(Object::String(kept, StringFormat::Hexadecimal));
        }
    }
    let show = Operation::new("TJ", vec![Object::Array(items)]);
    match operation.operator.as_str() {
        "'" => vec![Operation::new("T*", vec![]), show],
        "\"" => {
            let mut spacing = operation.operands.iter().take(2).cloned();
            let words = spacing.next().into_iter().collect();
            let letters = spacing.next().into_iter().collect();
            vec![
                Operation::new("Tw", words),
                Operation::new("Tc", letters),
                Operation::new("T*", vec![]),
                show,
            ]
        }
        _ => vec![show],
    }
}

/// Grey boxes with the reason in them, as far as it fits. The reasons are in ASCII: the font has no other characters.
pub fn marks(areas: &[(Rect, String)]) -> Vec<Operation> {
    let mut drawn: Vec<Operation> = Vec::new();
    let number = |value: f64| Object::Real(value as f32);
    for (area, mark) in areas {
        let (width, height) = (area.right - area.left, area.top - area.bottom);
        let place = [area.left, area.bottom, width, height].map(number).to_vec();
        drawn.extend([
            Operation::new("q", vec![]),
            Operation::new("g", vec![number(0.8)]),
            Operation::new("re", place),
            Operation::new("f", vec![]),
        ]);
        let size = (height * 0.8).min(width / (mark.len() as f64 * 0.55)).min(10.0);
        if size >= 2.0 {
            drawn.extend([
                Operation::new("BT", vec![]),
                Operation::new("g", vec![number(0.0)]),
                Operation::new("Tr", vec![Object::Integer(0)]),
                Operation::new("Tf", vec![Object::Name(b"RemovedMark".to_vec()), number(size)]),
                Operation::new("Td", vec![number(area.left + 0.5), number(area.bottom + height * 0.25)]),
                Operation::new("Tj", vec![Object::string_literal(mark.as_str())]),
                Operation::new("ET", vec![]),
            ]);
        }
        drawn.push(Operation::new("Q", vec![]));
    }
    drawn
}
