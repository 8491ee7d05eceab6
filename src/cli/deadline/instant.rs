//! Reading an instant with its offset: RFC 3339 quickly, other common ways of writing it when that fails.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// Other ways to write an instant that mean one thing only.
const OTHER_FORMS: [&str; 4] = [
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M%#z",
    "%Y-%m-%d %H:%M%#z",
];
/// Ways to write a local time, which lacks the offset.
const WITHOUT_OFFSET: [&str; 4] = [
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
];

/// Why a text is not an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadInstant {
    /// It is a local time or a date: which instant it means depends on the place.
    WithoutOffset(NaiveDateTime),
    /// It cannot be read at all.
    Unreadable,
}

impl BadInstant {
    /// What to write instead of `written`.
    pub fn advice(self, written: &str, zone: Tz) -> String {
        match self {
            Self::WithoutOffset(local) => {
                let offset = zone.offset_from_utc_datetime(&local).fix();
                let local = local.format("%Y-%m-%dT%H:%M:%S");
                format!(
                    "\"{written}\" has no offset from UTC, so it names no instant. \
                     If it is the time in {zone}, write {local}{offset}; if it is UTC, write {local}Z."
                )
            }
            Self::Unreadable => format!(
                "\"{written}\" is not an instant. Write date, time and offset, such as 2025-09-30T20:15:00+08:00."
            ),
        }
    }
}

/// Reads an instant: RFC 3339, its relatives without seconds or colon in the offset, or RFC 2822 as in mail headers.
pub fn parse(text: &[u8]) -> Result<DateTime<Utc>, BadInstant> {
    match rfc_3339(text) {
        Some(instant) => Ok(instant),
        None => other_form(text),
    }
}

/// The plain shape `2025-09-30T20:15:00[.123](Z|+08:00)`; `None` for anything else, leap seconds included.
fn rfc_3339(text: &[u8]) -> Option<DateTime<Utc>> {
    let (stamp, rest) = text.split_first_chunk::<19>()?;
    let shaped = stamp[4] == b'-' && stamp[7] == b'-' && stamp[10] == b'T' && stamp[13] == b':' && stamp[16] == b':';
    if !shaped {
        return None;
    }
    let two = |at: usize| two_digits(&[stamp[at], stamp[at + 1]]);
    let year = i32::try_from(two(0)? * 100 + two(2)?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, two(5)?, two(8)?)?;
    let (nanoseconds, offset) = fraction(rest)?;
    let time = NaiveTime::from_hms_nano_opt(two(11)?, two(14)?, two(17)?, nanoseconds)?;
    let seconds_east = match *offset {
        [b'Z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (two_digits(&[h1, h2])?, two_digits(&[m1, m2])?);
            let seconds = i64::from(hours * 3600 + minutes * 60);
            match (hours, minutes, sign) {
                (0..24, 0..60, b'+') => seconds,
                (0..24, 0..60, _) => -seconds,
                _ => return None,
            }
        }
        _ => return None,
    };
    date.and_time(time)
        .checked_sub_signed(TimeDelta::seconds(seconds_east))
        .map(|utc| utc.and_utc())
}

fn two_digits(digits: &[u8; 2]) -> Option<u32> {
    let [tens, ones] = digits.map(|digit| digit.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| u32::from(tens) * 10 + u32::from(ones))
}

/// A fraction of a second, if there is one, in nanoseconds, and what follows it.
fn fraction(text: &[u8]) -> Option<(u32, &[u8])> {
    let Some(after_point) = text.strip_prefix(b".") else {
        return Some((0, text));
    };
    let digits = after_point.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = after_point
        .split_at_checked(digits)
        .filter(|(digits, _)| !digits.is_empty())?;
    let padded = digits.iter().copied().chain(std::iter::repeat(b'0')).take(9);
    Some((padded.fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')), rest))
}

fn other_form(text: &[u8]) -> Result<DateTime<Utc>, BadInstant> {
    let text = std::str::from_utf8(text).map_err(|_| BadInstant::Unreadable)?.trim();
    let readings = [DateTime::parse_from_rfc3339(text), DateTime::parse_from_rfc2822(text)];
    let others = OTHER_FORMS.iter().map(|form| DateTime::parse_from_str(text, form));
    // A year of five digits is a slip of the hand.
    let plausible = |instant: &DateTime<Utc>| (1..=9999).contains(&instant.year());
    let read = readings
        .into_iter()
        .chain(others)
        .find_map(Result::ok)
        .map(|instant| instant.to_utc());
    if let Some(instant) = read.filter(plausible) {
        return Ok(instant);
    }
    let local = WITHOUT_OFFSET
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let local = local.or_else(|| text.parse::<NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN)));
    Err(local.map_or(BadInstant::Unreadable, BadInstant::WithoutOffset))
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use chrono_tz::Tz;
    use proptest::prelude::*;

    use super::{BadInstant, parse, rfc_3339};

    fn instant(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    #[test]
    fn common_ways_of_writing_one_instant_mean_the_same() {
        let ways = [
            "2025-09-30T20:15:00+08:00",
            "2025-09-30T12:15:00Z",
            "2025-09-30t12:15:00z",
            "2025-09-30 20:15:00+08:00",
            "2025-09-30T20:15:00.000+0800",
            "2025-09-30T20:15+08:00",
            "2025-09-30 08:45 -03:30",
            "Tue, 30 Sep 2025 20:15:00 +0800",
        ];
        for way in ways {
            assert_eq!(parse(way.as_bytes()), Ok(instant("2025-09-30T12:15:00Z")), "{way}");
        }
    }

    #[test]
    fn a_local_time_is_refused_with_what_to_write_instead() {
        for local in ["2025-09-30T20:15:00", "2025-09-30 20:15", "2025-09-30T20:15:00.000"] {
            let Err(bad @ BadInstant::WithoutOffset(_)) = parse(local.as_bytes()) else {
                panic!("{local}")
            };
            let advice = bad.advice(local, Tz::Asia__Shanghai);
            assert!(
                advice.contains("2025-09-30T20:15:00+08:00") && advice.contains("2025-09-30T20:15:00Z"),
                "{advice}"
            );
        }
        let bad = parse(b"2025-09-30").unwrap_err();
        assert!(
            bad.advice("2025-09-30", Tz::Europe__Berlin)
                .contains("2025-09-30T00:00:00+02:00")
        );
    }

    #[test]
    fn what_is_no_instant_is_unreadable() {
        let texts = [
            "",
            "tomorrow",
            "2025-02-29T00:00:00Z",
            "2025-01-01T24:00:00Z",
            "2025-01-01T00:00:00+24:00",
        ];
        for text in texts {
            assert_eq!(parse(text.as_bytes()), Err(BadInstant::Unreadable), "{text}");
        }
        assert_eq!(parse(&[0xff; 20]), Err(BadInstant::Unreadable));
    }

    proptest! {
        #[test]
        fn the_quick_way_agrees_with_chrono(seconds in 0_i64..8_000_000_000, nanos in 0_u32..1_000_000_000, minutes in -1_439_i32..1_440) {
            let offset = chrono::FixedOffset::east_opt(minutes * 60).unwrap();
            let at = DateTime::from_timestamp(seconds, nanos).unwrap();
            let written = at.with_timezone(&offset).to_rfc3339();
            prop_assert_eq!(rfc_3339(written.as_bytes()), Some(at), "{}", written);
        }

        #[test]
        fn the_quick_way_reads_nothing_that_chrono_would_not(
            text in "[0-9]{4}-[0-3][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,12})?(Z|[+-][0-2][0-9]:[0-7][0-9])?",
        ) {
            if let Some(read) = rfc_3339(text.as_bytes()) {
                prop_assert_eq!(Ok(read), DateTime::parse_from_rfc3339(&text).map(|at| at.to_utc()));
            }
        }
    }
}
