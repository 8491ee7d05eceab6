//! Finds in a text what names or reaches a person.

use super::chains::{Chain, Group, MOST_DIGITS, chains, groups, in_word};
use super::characters::{Seen, seen};
use super::names::Names;
use super::numbers::{self, Card};
use super::words;

/// What a stretch of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// A resident identity number.
    Resident,
    /// A password's hash, a key, a token.
    Secret,
    /// A mobile number.
    Mobile,
    /// A bank card.
    Card,
    /// An IBAN.
    Iban,
    /// A mail address.
    Email,
    /// Another number given by a government, by its shape.
    Government,
    /// A telephone number.
    Phone,
    /// A passport's number, by its shape.
    Passport,
    /// One of the names looked for.
    Name,
}

/// How sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// As sure as a checksum or a form makes it.
    Sure,
    /// Also other numbers look so.
    Maybe,
}

/// A stretch of text that was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub sort: Sort,
    /// How sure that is.
    pub certainty: Certainty,
    /// Its letters and digits, without what separates them.
    pub value: String,
    /// Its first byte in the text.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

/// A hit among the seen characters, before the text's own bytes are looked up.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub sort: Sort,
    pub certainty: Certainty,
    pub first: usize,
    pub last: usize,
}

/// Everything recognised in a text, in its order; no two overlap.
pub fn scan(text: &str, names: &Names) -> Vec<Hit> {
    let seen = seen(text);
    let groups = groups(&seen);
    let mut found: Vec<Found> = chains(&groups).filter_map(|chain| number(chain, &seen)).collect();
    found.extend(groups.iter().flat_map(inside_long));
    words::find(&seen, &mut found);
    // A name belongs to whoever bears it even inside an address, so names never yield to another hit.
    let mut hits = without_overlaps(found, &seen);
    let named = names.find(&seen).into_iter().map(|(first, last)| Found {
        sort: Sort::Name,
        certainty: Certainty::Sure,
        first,
        last,
    });
    let named = without_overlaps(named.collect(), &seen);
    hits.extend(named);
    hits.sort_by_key(|hit| (hit.start, hit.end));
    hits
}

/// What a chain of digits is, at best.
fn number(chain: Chain<'_>, seen: &[Seen]) -> Option<Found> {
    /// Numbers are written in a few groups, or digit by digit with nothing else beside them. Only the checksum of an
    /// identity number is strong enough for any other grouping.
    const FEW: usize = 5;
    let (first, last) = chain.span()?;
    let count = chain.groups.len();
    if count > FEW && chain.count != 18 && !(count == chain.count && chain.alone) {
        return None;
    }
    let mut room = [0; MOST_DIGITS];
    let written = chain.digits(&mut room);
    let digits = room.get(..written)?;
    let (sort, certainty) = resident(chain, digits)
        .or_else(|| mobile(chain, digits, seen))
        .or_else(|| bank_card(chain, digits, seen))
        .or_else(|| phone(chain, digits, seen))?;
    Some(Found {
        sort,
        certainty,
        first,
        last,
    })
}

fn resident(chain: Chain<'_>, digits: &[u8]) -> Option<(Sort, Certainty)> {
    if numbers::is_resident_number(digits) {
        return Some((Sort::Resident, Certainty::Sure));
    }
    let sizes = chain.sizes();
    let usual = matches!(sizes.as_slice(), [15] | [6, 6, 3]) && !chain.crosses_border();
    (usual && numbers::is_old_resident_number(digits)).then_some((Sort::Resident, Certainty::Maybe))
}

fn mobile(chain: Chain<'_>, digits: &[u8], seen: &[Seen]) -> Option<(Sort, Certainty)> {
    let first = chain.groups.first()?;
    let (national, chain) = match digits {
        [0, 0, 8, 6, rest @ ..] | [8, 6, rest @ ..] if numbers::is_mobile(rest) => {
            let country_apart = matches!(first.digits.as_slice(), [8, 6] | [0, 0, 8, 6]);
            (rest, if country_apart { chain.rest() } else { chain })
        }
        _ => (digits, chain),
    };
    if !numbers::is_mobile(national) || in_long_word(seen, chain) {
        return None;
    }
    let sizes = chain.sizes();
    let usual = matches!(
        sizes.as_slice(),
        [_] | [3, 4, 4] | [3, 8] | [7, 4] | [3, 3, 5] | [3, 5, 3] | [4, 3, 4]
    );
    let single = sizes.iter().all(|size| *size == 1);
    let parts = sizes.len() <= 4 && sizes.iter().all(|size| *size >= 2);
    match (chain.crosses_border(), usual) {
        (false, true) => Some((Sort::Mobile, Certainty::Sure)),
        (false, false) => (single || (parts && chain.alone)).then_some((Sort::Mobile, Certainty::Maybe)),
        (true, true) if chain.alone || chain.continues_with_zero() => Some((Sort::Mobile, Certainty::Sure)),
        (true, true) => Some((Sort::Mobile, Certainty::Maybe)),
        (true, false) => {
            let likely = single || (parts && (chain.alone || chain.continues_with_zero()));
            likely.then_some((Sort::Mobile, Certainty::Maybe))
        }
    }
}

fn bank_card(chain: Chain<'_>, digits: &[u8], seen: &[Seen]) -> Option<(Sort, Certainty)> {
    let kind = numbers::card(digits);
    if kind == Card::No || in_long_word(seen, chain) {
        return None;
    }
    let sizes = chain.sizes();
    let (last, others) = sizes.split_last()?;
    let by_four = others.iter().all(|size| *size == 4) && *last <= 4;
    let whole = others.is_empty();
    let printed = by_four || matches!(sizes.as_slice(), [4, 6, 4 | 5] | [6, 10 | 13] | [8, 8] | [6, 6, 7]);
    let single = sizes.iter().all(|size| *size == 1);
    let parts = sizes.len() <= 3 && sizes.iter().all(|size| *size >= 3);
    match (kind, chain.crosses_border()) {
        (Card::Known, _) if whole => Some((Sort::Card, Certainty::Sure)),
        (Card::Known, false) => (printed || single || parts).then_some((Sort::Card, Certainty::Sure)),
        (Card::Known, true) => {
            let likely = single || by_four || ((printed || parts) && (chain.alone || chain.continues_with_zero()));
            likely.then_some((Sort::Card, Certainty::Maybe))
        }
        (Card::Possible, false) => (whole || by_four).then_some((Sort::Card, Certainty::Maybe)),
        (Card::Possible, true) | (Card::No, _) => None,
    }
}

/// Telephone numbers by their form: with a country (`+44 …`), with an area in China (`0571-…`) or in North America. A
/// number of the form 3-2-4 is one of the United States' social security.
fn phone(chain: Chain<'_>, digits: &[u8], seen: &[Seen]) -> Option<(Sort, Certainty)> {
    if chain.crosses_border() || digits.contains(&10) || in_long_word(seen, chain) {
        return None;
    }
    let first = chain.groups.first()?;
    let sign = |index: Option<usize>| index.and_then(|index| seen.get(index)).map(|one| one.character);
    if sign(first.first.checked_sub(1)) == Some('+') {
        let starts = digits.first().is_some_and(|digit| *digit != 0);
        return (starts && (8..=15).contains(&digits.len())).then_some((Sort::Phone, Certainty::Sure));
    }
    let between: Vec<char> = chain
        .groups
        .windows(2)
        .filter_map(|pair| seen.get(pair.first()?.last + 1).map(|one| one.character))
        .collect();
    let dashed = between.iter().all(|one| *one == '-');
    let bracketed = between.first() == Some(&')');
    let area = first.digits.first().copied();
    match chain.sizes().as_slice() {
        [3, 2, 4] if dashed => {
            let known = !matches!(first.digits.as_slice(), [0, 0, 0] | [6, 6, 6] | [9, ..]);
            known.then_some((Sort::Government, Certainty::Maybe))
        }
        [3, 3, 4] if dashed || bracketed => matches!(area, Some(2..=9)).then_some((Sort::Phone, Certainty::Maybe)),
        [3 | 4, 7 | 8] | [3, 4, 4] | [4, 3 | 4, 4] if dashed || bracketed => {
            (area == Some(0)).then_some((Sort::Phone, Certainty::Maybe))
        }
        _ => None,
    }
}

/// Digits in the middle of a long word of letters and digits are part of a hash or a code, not a number of their own.
fn in_long_word(seen: &[Seen], chain: Chain<'_>) -> bool {
    const LONG: usize = 16;
    let Some((first, last)) = chain.span() else {
        return false;
    };
    let letters = |at: &&Seen| at.character.is_ascii_alphanumeric();
    let before = seen.iter().take(first).rev().take_while(letters).take(LONG).count();
    let after = seen.iter().skip(last + 1).take_while(letters).take(LONG).count();
    before + after > 0 && before + after + (last - first + 1) >= LONG && before + after >= LONG / 3
}

/// Identity numbers inside longer rows of digits, as in files whose columns have fixed widths.
fn inside_long(group: &Group) -> Vec<Found> {
    const LENGTH: usize = 18;
    if group.digits.len() <= LENGTH {
        return Vec::new();
    }
    group
        .digits
        .windows(LENGTH)
        .enumerate()
        .filter(|(_, digits)| numbers::is_resident_number(digits))
        .map(|(at, _)| Found {
            sort: Sort::Resident,
            certainty: Certainty::Sure,
            first: group.first + at,
            last: group.first + at + LENGTH - 1,
        })
        .collect()
}

/// Of hits that overlap the surer, then the longer stays.
fn without_overlaps(mut found: Vec<Found>, seen: &[Seen]) -> Vec<Hit> {
    found.sort_by_key(|one| {
        (
            one.certainty,
            one.sort,
            std::cmp::Reverse(one.last - one.first),
            one.first,
        )
    });
    let mut taken = vec![false; seen.len()];
    let mut hits = Vec::new();
    for one in found {
        let Some(stretch) = taken.get_mut(one.first..=one.last) else {
            continue;
        };
        if stretch.iter().any(|taken| *taken) {
            continue;
        }
        stretch.fill(true);
        hits.extend(hit(&one, seen));
    }
    hits
}

fn hit(found: &Found, seen: &[Seen]) -> Option<Hit> {
    let characters = seen.get(found.first..=found.last)?;
    let keeps = |character: &char| match found.sort {
        Sort::Name => !character.is_whitespace(),
        Sort::Email | Sort::Secret => !character.is_whitespace() && *character != super::characters::BETWEEN_CELLS,
        _ => character.is_ascii_alphanumeric(),
    };
    Some(Hit {
        sort: found.sort,
        certainty: found.certainty,
        value: characters.iter().map(|one| one.character).filter(keeps).collect(),
        start: characters.first()?.start,
        end: characters.last()?.end,
    })
}

/// Whether a seen character is no letter or digit of a word, as before and after a code.
pub(super) fn bounded(seen: &[Seen], first: usize, last: usize) -> bool {
    !in_word(seen, first.checked_sub(1)) && !in_word(seen, Some(last + 1))
}
