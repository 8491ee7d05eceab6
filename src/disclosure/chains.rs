//! Digits as they are written: in groups, with spaces, dashes, line ends or cell borders between them.

use super::characters::{BETWEEN_CELLS, Seen};

/// What stands between two groups of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// A space, a dash, a dot or a bracket.
    Soft,
    /// The end of a line or the border of a cell.
    Border,
    /// More than that: the groups have nothing to do with each other.
    Apart,
}

/// A group of digits that stand together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The digits; 10 stands for an X, which may end an identity number.
    pub digits: Vec<u8>,
    /// The index of the first among the seen characters.
    pub first: usize,
    /// The index of the last.
    pub last: usize,
    /// What stands between this group and the one before.
    pub before: Gap,
}

/// The groups of digits in a text, in their order.
pub fn groups(seen: &[Seen]) -> Vec<Group> {
    let mut all: Vec<Group> = Vec::new();
    let mut at = 0;
    while at < seen.len() {
        let digits = digits_at(seen, at);
        if digits.is_empty() {
            at += 1;
            continue;
        }
        let last = at + digits.len() - 1;
        let before = all.last().map_or(Gap::Apart, |group| gap(seen, group.last + 1, at));
        all.push(Group {
            digits,
            first: at,
            last,
            before,
        });
        at = last + 1;
    }
    all
}

/// The digits from here on, with an X that ends them or stands for itself.
fn digits_at(seen: &[Seen], at: usize) -> Vec<u8> {
    let mut digits: Vec<u8> = seen
        .iter()
        .skip(at)
        .map_while(|one| one.character.to_digit(10).map(|digit| digit as u8))
        .collect();
    let next = at + digits.len();
    let is_x = |index: usize| {
        seen.get(index)
            .is_some_and(|one| matches!(one.character, 'x' | 'X' | 'Ⅹ' | 'ⅹ'))
    };
    let starts = !digits.is_empty() || !in_word(seen, at.checked_sub(1));
    if is_x(next) && starts && !in_word(seen, Some(next + 1)) {
        digits.push(10);
    }
    digits
}

/// Whether there is an ASCII letter or digit.
pub fn in_word(seen: &[Seen], at: Option<usize>) -> bool {
    at.and_then(|at| seen.get(at))
        .is_some_and(|one| one.character.is_ascii_alphanumeric())
}

fn gap(seen: &[Seen], from: usize, to: usize) -> Gap {
    /// Some programs pad cells and line ends with spaces; more than these are a gap of another kind.
    const WIDEST: usize = 12;
    let between = seen.get(from..to).unwrap_or_default();
    if between.is_empty() || between.len() > WIDEST {
        return Gap::Apart;
    }
    let mut border = false;
    for one in between {
        match one.character {
            '\n' | '\r' | '\t' | BETWEEN_CELLS => border = true,
            ' ' | '-' | '.' | '(' | ')' | '·' | '_' | '"' | '\'' => {}
            _ => return Gap::Apart,
        }
    }
    match (border, between.len()) {
        (true, _) => Gap::Border,
        (false, 1..=3) => Gap::Soft,
        _ => Gap::Apart,
    }
}

/// Neighbouring groups read as one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chain<'g> {
    /// The groups.
    pub groups: &'g [Group],
    /// Whether there is no further group beside them.
    pub alone: bool,
    /// How many digits it has.
    pub count: usize,
}

impl<'g> Chain<'g> {
    /// Its digits, written into the room given; how many there are.
    pub fn digits(&self, room: &mut [u8; MOST_DIGITS]) -> usize {
        let digits = self.groups.iter().flat_map(|group| &group.digits);
        room.iter_mut()
            .zip(digits)
            .map(|(place, digit)| *place = *digit)
            .count()
    }

    /// How many digits each group has.
    pub fn sizes(&self) -> Vec<usize> {
        self.groups.iter().map(|group| group.digits.len()).collect()
    }

    /// Whether lines or cells end between the groups.
    pub fn crosses_border(&self) -> bool {
        self.groups.iter().skip(1).any(|group| group.before == Gap::Border)
    }

    /// Whether one of the later groups begins with a zero, as no count or sum does.
    pub fn continues_with_zero(&self) -> bool {
        self.groups.iter().skip(1).any(|group| group.digits.first() == Some(&0))
    }

    /// The same without its first group.
    pub fn rest(&self) -> Chain<'g> {
        Chain {
            groups: self.groups.get(1..).unwrap_or_default(),
            alone: self.alone,
            count: self.count - self.groups.first().map_or(0, |group| group.digits.len()),
        }
    }

    /// The indices of the first and last seen character.
    pub fn span(&self) -> Option<(usize, usize)> {
        Some((self.groups.first()?.first, self.groups.last()?.last))
    }
}

/// The longest number that is looked for.
pub const MOST_DIGITS: usize = 19;
/// The shortest.
const LEAST_DIGITS: usize = 8;

/// Every chain of neighbouring groups that is as long as a number may be.
pub fn chains(groups: &[Group]) -> impl Iterator<Item = Chain<'_>> {
    (0..groups.len()).flat_map(move |start| {
        let before_alone = groups.get(start).is_none_or(|group| group.before == Gap::Apart);
        let mut digits = 0;
        (start..groups.len())
            .map_while(move |end| {
                let group = groups.get(end)?;
                digits += group.digits.len();
                let joined = end == start || group.before != Gap::Apart;
                (joined && digits <= MOST_DIGITS).then_some((end, digits))
            })
            .filter(|(_, digits)| *digits >= LEAST_DIGITS)
            .filter_map(move |(end, count)| {
                let after_alone = groups.get(end + 1).is_none_or(|group| group.before == Gap::Apart);
                Some(Chain {
                    groups: groups.get(start..=end)?,
                    alone: before_alone && after_alone,
                    count,
                })
            })
    })
}
