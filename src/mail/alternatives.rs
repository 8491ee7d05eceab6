//! The ways in which a mail can be read, side by side: a person sees which one its writer meant.

use std::cmp::Reverse;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::body;
use super::charset::Charset;
use super::decode::Lens;
use super::fit::Fit;
use super::mime::{self, Headers, Structure};
use super::parse::{lens, reach, subject};

/// Readings that are shown.
const MOST: usize = 8;
/// Characters of the text that are shown of each.
const SHOWN: usize = 600;
/// Bytes of text that are looked at: enough to fill what is shown, whatever stands before it.
const LOOKED_AT: usize = 32 * 1024;

/// One way to read a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// By which character set; `None` is what the mail says itself or was found out by machine.
    pub charset: Option<Charset>,
    /// The subject as it reads so.
    pub subject: String,
    /// The beginning of what the writer writes.
    pub text: String,
    /// Characters that mean nothing when it is read so.
    pub misfits: usize,
    /// The mail is shown so now.
    pub is_current: bool,
    fit: Fit,
}

impl Alternative {
    fn reads_as(&self, other: &Self) -> bool {
        (&self.subject, &self.text) == (&other.subject, &other.text)
    }
}

/// The distinct readings of a mail, at most eight: the one that reads best first, and always the one that is shown now.
pub fn alternatives(raw: &[u8], current: Option<Charset>) -> Vec<Alternative> {
    catch_unwind(AssertUnwindSafe(|| compared(raw, current))).unwrap_or_default()
}

fn compared(raw: &[u8], current: Option<Charset>) -> Vec<Alternative> {
    let structure = mime::read(raw);
    let by_itself = lens(&structure, None);
    let reach = reach(&structure, by_itself);
    let chosen = |charset| Lens {
        chosen: Some((charset, reach)),
        ..by_itself
    };
    let seen = |charset: Option<Charset>| Alternative {
        charset,
        ..look(&structure, charset.map_or(by_itself, chosen))
    };
    let shown = seen(current);
    let twice = [Charset::TwiceWestern, Charset::TwiceChinese];
    let others = Charset::known().into_iter().chain(twice).map(Some);
    let mut all: Vec<Alternative> = Vec::new();
    // What was chosen keeps its name; else a known set is named rather than "as it says itself".
    for charset in current.map(Some).into_iter().chain(others).chain([None]) {
        let mut one = seen(charset);
        one.is_current = one.reads_as(&shown);
        if !all.iter().any(|other| other.reads_as(&one)) {
            all.push(one);
        }
    }
    all.sort_by_key(|one| (Reverse(one.fit.share()), one.misfits, !one.is_current));
    let place = all.iter().position(|one| one.is_current).unwrap_or(0);
    if place >= MOST {
        let shown = all.remove(place);
        all.insert(MOST - 1, shown);
    }
    all.truncate(MOST);
    all
}

fn look(structure: &Structure<'_>, lens: Lens) -> Alternative {
    let none = Headers::default();
    let headers = structure.parts.first().map_or(&none, |part| &part.headers);
    let body = body::read(structure, lens, LOOKED_AT);
    let subject = subject(headers, lens);
    let text = match body.own_text.trim() {
        "" => body.text.trim(),
        own => own,
    };
    let fit = body.fit.and(Fit::of(&subject));
    Alternative {
        charset: None,
        text: text.chars().take(SHOWN).collect(),
        misfits: fit.misfits,
        is_current: false,
        subject,
        fit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undeclared(subject: &[u8], text: &[u8]) -> Vec<u8> {
        [b"Subject: ", subject, b"\r\n\r\n", text, b"\r\n"].concat()
    }

    #[test]
    fn the_reading_that_was_meant_stands_among_the_first_and_no_two_are_equal() {
        let subject = encoding_rs::BIG5.encode("刪除").0;
        let text = encoding_rs::BIG5.encode("請刪除我").0;
        let raw = undeclared(&subject, &text);
        let all = alternatives(&raw, None);
        assert!(all.len() > 2 && all.len() <= MOST, "{all:?}");
        let meant = all
            .iter()
            .position(|one| one.text == "請刪除我" && one.subject == "刪除");
        assert!(meant.is_some_and(|place| place < 2), "{all:?}");
        assert_eq!(all.iter().filter(|one| one.is_current).count(), 1);
        for (place, one) in all.iter().enumerate() {
            assert!(
                all[..place]
                    .iter()
                    .all(|other| (&other.text, &other.subject) != (&one.text, &one.subject))
            );
        }
    }

    #[test]
    fn plain_text_reads_in_one_way() {
        let all = alternatives(&undeclared(b"My data", b"Please erase it."), None);
        assert_eq!(all.len(), 1, "{all:?}");
        assert!(all[0].is_current);
    }

    #[test]
    fn what_was_chosen_is_the_current_one_wherever_it_stands() {
        let raw = undeclared(b"x", &encoding_rs::BIG5.encode("請刪除我").0);
        let koi8 = Charset::named("koi8-u");
        let all = alternatives(&raw, koi8);
        assert_eq!(all.iter().find(|one| one.is_current).map(|one| one.charset), Some(koi8));
    }
}
