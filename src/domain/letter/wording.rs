//! How each language writes what is the same in all letters: dates, lists, names.

use chrono::{Datelike, NaiveDate};

use super::staff::Alert;
use crate::domain::deadline::Standing;

const GERMAN_MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

/// The longest display name that is still taken for a name, in characters.
const LONGEST_NAME: usize = 60;

/// A date as a letter writes it: 28 October 2025, 28. Oktober 2025, 2025年10月28日, and 2025-10-28 in a language that has
/// no way of its own here.
pub(super) fn date(language: &str, day: NaiveDate) -> String {
    if language.starts_with("zh") {
        format!("{}年{}月{}日", day.year(), day.month(), day.day())
    } else if language.starts_with("en") {
        day.format("%-d %B %Y").to_string()
    } else if language.starts_with("de") {
        let month = GERMAN_MONTHS.get(day.month0() as usize).copied().unwrap_or_default();
        format!("{}. {month} {}", day.day(), day.year())
    } else {
        day.format("%Y-%m-%d").to_string()
    }
}

/// Several things in one sentence, apart by semicolons.
pub(super) fn in_a_row(language: &str, things: &[String]) -> String {
    things.join(if language.starts_with("zh") { "；" } else { "; " })
}

/// How a deadline stands: "3 working days left", "已逾期2个工作日".
pub fn standing(language: &str, standing: Standing) -> String {
    if language.starts_with("zh") {
        return match standing {
            Standing::Late { days } => format!("已逾期{days}个工作日"),
            Standing::DueToday => "今天到期".to_owned(),
            Standing::Paused => "期限暂停".to_owned(),
            Standing::DaysLeft { working_days: 0 } => "下一个工作日之前到期".to_owned(),
            Standing::DaysLeft { working_days } => format!("还剩{working_days}个工作日"),
        };
    }
    match standing {
        Standing::Late { days: 1 } => "1 working day late".to_owned(),
        Standing::Late { days } => format!("{days} working days late"),
        Standing::DueToday => "due today".to_owned(),
        Standing::Paused => "the term waits".to_owned(),
        Standing::DaysLeft { working_days: 0 } => "due before the next working day".to_owned(),
        Standing::DaysLeft { working_days: 1 } => "1 working day left".to_owned(),
        Standing::DaysLeft { working_days } => format!("{working_days} working days left"),
    }
}

/// That a system is late, in one sentence for staff.
pub(super) fn task_late(language: &str, system: &str) -> String {
    if language.starts_with("zh") {
        format!("{system}的任务尚未完成，请与负责人联系。")
    } else {
        format!("The task of {system} is not done. Get in touch with its owner.")
    }
}

/// That something in force is to be looked at again, in one sentence for staff.
pub(super) fn recheck(language: &str) -> &'static str {
    if language.starts_with("zh") {
        "一项持续生效的措施应予复查。"
    } else {
        "Something that is in force because of this request is to be looked at again."
    }
}

/// What happened to a letter, in one sentence for staff.
pub(super) fn alert(language: &str, alert: Alert) -> &'static str {
    match (language.starts_with("zh"), alert) {
        (true, Alert::LetterFailed) => "发给请求人的一封邮件未能送达，请查看并另寻送达方式。",
        (true, Alert::LetterDelayed) => "发给请求人的一封邮件暂未送达，对方邮件服务器仍在尝试。",
        (false, Alert::LetterFailed) => {
            "A letter to the requester did not arrive. Open the request and find another way."
        }
        (false, Alert::LetterDelayed) => {
            "A letter to the requester has not arrived yet; its mail server is still trying."
        }
    }
}

/// An address that its owner recognises and nobody else learns from the letter: `l…@example.com`.
pub(super) fn masked(address: &str) -> String {
    match address.trim().rsplit_once('@') {
        Some((local, domain)) => format!("{}…@{domain}", local.chars().take(1).collect::<String>()),
        None => "…".to_owned(),
    }
}

/// A name to greet with. Whoever writes a mail chooses the name in it, and the acknowledgement goes out unseen: what is
/// not plainly a name (an address, a link, a sentence to be passed on) is not repeated.
pub(super) fn name(shown: &str) -> Option<&str> {
    let shown = shown.trim();
    let plain = |letter: char| letter.is_alphabetic() || " -'’.·".contains(letter);
    let links = shown
        .split(' ')
        .any(|word| word.trim_end_matches('.').contains('.') && word.chars().count() > 4);
    let is_name = shown.chars().any(char::is_alphabetic) && shown.chars().all(plain) && !links;
    (is_name && shown.chars().count() <= LONGEST_NAME).then_some(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_the_letters_language_writes_them() {
        let day = NaiveDate::from_ymd_opt(2025, 10, 8).unwrap();
        assert_eq!(date("en", day), "8 October 2025");
        assert_eq!(date("zh-Hans", day), "2025年10月8日");
        assert_eq!(date("de", day), "8. Oktober 2025");
        assert_eq!(date("pt", day), "2025-10-08");
    }

    #[test]
    fn a_deadlines_standing_is_said_in_words() {
        for (given, en, zh) in [
            (Standing::Late { days: 1 }, "1 working day late", "已逾期1个工作日"),
            (Standing::Late { days: 2 }, "2 working days late", "已逾期2个工作日"),
            (Standing::DueToday, "due today", "今天到期"),
            (
                Standing::DaysLeft { working_days: 0 },
                "due before the next working day",
                "下一个工作日之前到期",
            ),
            (
                Standing::DaysLeft { working_days: 1 },
                "1 working day left",
                "还剩1个工作日",
            ),
            (
                Standing::DaysLeft { working_days: 9 },
                "9 working days left",
                "还剩9个工作日",
            ),
        ] {
            assert_eq!(
                (standing("en", given), standing("zh-Hans", given)),
                (en.to_owned(), zh.to_owned())
            );
        }
    }

    #[test]
    fn an_address_is_shown_to_whom_knows_it_alone() {
        assert_eq!(masked("lin.xia@example.com"), "l…@example.com");
        assert_eq!(masked("王@例子.中国"), "王…@例子.中国");
        assert_eq!(masked("@example.com"), "…@example.com");
        assert_eq!(masked("nonsense"), "…");
    }

    #[test]
    fn only_what_looks_like_a_name_is_repeated_in_a_letter() {
        for good in [
            "Anna Müller",
            "王小明",
            "J. R. O'Neill",
            "J.R. Smith",
            "Jean-Luc",
            "阿卜杜拉·买买提",
            " Li Na ",
        ] {
            assert_eq!(name(good), Some(good.trim()));
        }
        for bad in [
            "",
            "...",
            "a@b.example",
            "http://evil.example",
            "evil.example",
            "Call 12345",
            "名\u{202e}字",
            "Win\nmoney",
        ] {
            assert_eq!(name(bad), None, "{bad:?}");
        }
        assert_eq!(name(&"a".repeat(61)), None);
    }
}
