//! Which part of a text its writer writes now, and which part is quoted, forwarded, or small print.
//!
//! Working down the lines: what is marked as quoted counts as quoted, and what follows the head of a forwarded or
//! answered message counts as quoted up to the end. Where in doubt a line stays the writer's own, for a request that
//! is overlooked is worse than one that is seen twice.

/// A text taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// What is written now, without signature and legal notice.
    pub own: String,
    /// What is quoted or forwarded, without its `>` marks.
    pub quoted: String,
}

/// Takes a text apart. It has `\n` line ends.
pub fn split(text: &str) -> Split {
    let lines: Vec<&str> = text.lines().collect();
    let heads: Vec<usize> = (0..lines.len())
        .map(|at| head_length(lines.get(at..).unwrap_or_default()))
        .collect();
    let mut own: Vec<&str> = Vec::new();
    let mut quoted: Vec<&str> = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let rest = lines.get(at..).unwrap_or_default();
        let head = heads.get(at).copied().unwrap_or(0);
        if is_marked(line) {
            quoted.push(unmarked(line));
            at += 1;
        } else if head > 0 {
            drop_separators(&mut own);
            let after_head = rest.get(head..).unwrap_or_default();
            let goes_on_marked = after_head
                .iter()
                .find(|line| !line.trim().is_empty())
                .is_some_and(|line| is_marked(line));
            let taken = if goes_on_marked { head } else { rest.len() };
            quoted.extend(rest.iter().take(taken).map(|line| unmarked(line)));
            at += taken;
        } else if is_device_line(line) {
            at += 1;
        } else if let Some(length) = signature_length(rest, heads.get(at..).unwrap_or_default()) {
            at += length;
        } else {
            own.push(line);
            at += 1;
        }
    }
    Split {
        own: without_notice(&own),
        quoted: tidy(&quoted),
    }
}

fn is_marked(line: &str) -> bool {
    line.strip_prefix(' ').unwrap_or(line).starts_with('>')
}

fn unmarked(line: &str) -> &str {
    if is_marked(line) {
        line.trim_start_matches(['>', ' '])
    } else {
        line
    }
}

/// How many lines at the start of these make up the head of a quoted or forwarded message; 0 when they do not.
fn head_length(lines: &[&str]) -> usize {
    let Some(first) = lines.first() else { return 0 };
    if is_divider(first) {
        return 1;
    }
    if is_header_block(lines) {
        return 1;
    }
    // A long attribution is broken over lines: try it whole before its parts.
    (1..=3)
        .find(|count| lines.get(..*count).is_some_and(is_attribution))
        .unwrap_or(0)
}

/// `-----Original Message-----`, `---------- Forwarded message`, `------------------ 原始邮件 ------------------`.
fn is_divider(line: &str) -> bool {
    const NAMES: [&str; 37] = [
        "original message",
        "replied message",
        "original appointment",
        "forwarded message",
        "forwarded by",
        "begin forwarded message",
        "start of forwarded message",
        "reply message",
        "原始邮件",
        "原邮件",
        "原始郵件",
        "邮件原件",
        "转发的邮件",
        "转发邮件",
        "转发邮件信息",
        "轉寄的郵件",
        "轉寄郵件",
        "开始转发邮件",
        "開始轉寄郵件",
        "回复的原邮件",
        "回复邮件",
        "原文",
        "以下是转发的邮件",
        "下面是被转发的邮件",
        "ursprüngliche nachricht",
        "ursprungliche nachricht",
        "original-nachricht",
        "weitergeleitete nachricht",
        "anfang der weitergeleiteten nachricht",
        "message d'origine",
        "message original",
        "message transféré",
        "début du message transféré",
        "元のメッセージ",
        "転送メッセージ",
        "원본 메시지",
        "전달된 메시지",
    ];
    let line = line.trim();
    let bare = line.trim_matches(['-', '_', '=', '*', '>', '–', '—', '－', ' ', ':', '：']);
    if bare.is_empty() || bare.chars().count() > 60 {
        return false;
    }
    let is_fenced =
        line.starts_with("--") || line.starts_with("==") || line.starts_with("__") || line.starts_with("——");
    let ends_with_colon = line.ends_with([':', '：']);
    let name = bare.replace('’', "'").to_lowercase();
    let is_name = NAMES
        .iter()
        .any(|known| name == *known || (is_fenced && name.starts_with(known)));
    is_name && (is_fenced || ends_with_colon)
}

/// The line fields that mail programs write above a quoted message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Label {
    From,
    When,
    Whom,
    Subject,
}

fn label(line: &str) -> Option<Label> {
    let line = line.trim_start_matches(['*', ' ', '\t', '|']);
    let (name, _) = line.split_once([':', '：'])?;
    if name.len() > 60 {
        return None;
    }
    let name: String = name
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '*')
        .collect::<String>()
        .to_lowercase();
    match name.as_str() {
        "from" | "发件人" | "寄件人" | "寄件者" | "發件人" | "von" | "de" | "da" | "差出人" | "送信者" | "보낸사람" => {
            Some(Label::From)
        }
        "sent" | "date" | "sendtime" | "发送时间" | "发送日期" | "日期" | "时间" | "傳送時間" | "寄件日期"
        | "發送時間" | "傳送日期" | "gesendet" | "datum" | "envoyé" | "envoyéle" | "enviado" | "fecha" | "inviato"
        | "data" | "送信日時" | "日時" | "日付" | "보낸날짜" | "날짜" | "보낸시간" => {
            Some(Label::When)
        }
        "to" | "cc" | "收件人" | "收件者" | "抄送" | "副本" | "an" | "kopie" | "à" | "a" | "para" | "宛先"
        | "받는사람" | "참조" => Some(Label::Whom),
        "subject" | "主题" | "主題" | "主旨" | "标题" | "betreff" | "objet" | "asunto" | "oggetto" | "件名"
        | "제목" => Some(Label::Subject),
        _ => None,
    }
}

/// A From field, and within the next lines when it was sent and to whom or what about. A web form that names only a
/// sender and a subject is not one.
fn is_header_block(lines: &[&str]) -> bool {
    if lines.first().and_then(|line| label(line)) != Some(Label::From) {
        return false;
    }
    let mut labels = Vec::new();
    for line in lines.iter().skip(1).filter(|line| !line.trim().is_empty()).take(8) {
        labels.extend(label(line));
    }
    labels.contains(&Label::When) && (labels.contains(&Label::Whom) || labels.contains(&Label::Subject))
}

/// `On Mon, 3 Mar 2025, Ann <ann@example.com> wrote:` and its kin, on one line or broken over a few.
fn is_attribution(lines: &[&str]) -> bool {
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
        return false;
    };
    let last = last.trim_end_matches(['\u{3000}', ' ', '*']).trim_end();
    // One program puts the whole line between dashes instead of ending it with a colon.
    let fenced = first.trim_start().strip_prefix("----").zip(last.strip_suffix("----"));
    let first = fenced.map_or(*first, |(first, _)| first);
    let Some(end) = last.strip_suffix([':', '：']).or(fenced.map(|(_, end)| end)) else {
        return false;
    };
    if lines
        .iter()
        .any(|line| line.trim().is_empty() || line.len() > 400 || is_marked(line))
    {
        return false;
    }
    let end = end.trim_end().to_lowercase();
    let starts = |words: &[&str]| words.iter().any(|word| first.trim_start().starts_with(word));
    let ends = |words: &[&str]| words.iter().any(|word| end.ends_with(word));
    let names_source = lines
        .iter()
        .any(|line| line.contains(|c: char| c.is_ascii_digit() || c == '@' || c == '<'));
    let western = (starts(&["On ", "Am ", "Le ", "El ", "Em ", "Op ", "Il "]) || first.contains('@'))
        && (ends(&[
            "wrote",
            "schrieb",
            "a écrit",
            "a ecrit",
            "escribió",
            "escreveu",
            "schreef",
            "ha scritto",
        ]) || (starts(&["Am "]) && lines.iter().any(|line| line.contains(" schrieb "))));
    let eastern = ends(&[
        "写道",
        "寫道",
        "写到",
        "编写",
        "書きました",
        "のメール",
        "님이 작성",
        "작성",
        "썼습니다",
    ]);
    // Gmail in Japanese names the day and the address and has no verb.
    let verbless = end.ends_with('>') && end.contains('@') && first.contains('年') && first.contains('月');
    names_source && (western || eastern || verbless)
}

/// A line that a telephone or a mail service writes below every mail, such as "Sent from my iPhone".
fn is_device_line(line: &str) -> bool {
    const BETWEEN: [(&str, &str); 13] = [
        ("sent from my ", ""),
        ("sent from mail for ", ""),
        ("sent from outlook for ", ""),
        ("get outlook for ", ""),
        ("sent with proton mail", ""),
        ("发自我的", ""),
        ("發自我的", ""),
        ("从我的", "发送"),
        ("從我的", "傳送"),
        ("获取 outlook for ", ""),
        ("取得 outlook for ", ""),
        ("von meinem ", "gesendet"),
        ("envoyé de mon ", ""),
    ];
    const MOST: usize = 40;
    let line = line.trim().to_lowercase();
    let is_short = line.chars().count() <= MOST && !line.ends_with(['.', '。', '!', '?', '！', '？']);
    is_short
        && BETWEEN
            .iter()
            .any(|(start, end)| line.starts_with(start) && line.ends_with(end))
}

/// How many lines a signature at the start of these takes up: from `-- ` to the end or to a quoted message.
///
/// What is longer than a signature is text after a line of dashes, and stays. `heads` tells for each line whether a
/// quoted message begins there.
fn signature_length(lines: &[&str], heads: &[usize]) -> Option<usize> {
    let most = match *lines.first()? {
        "-- " => 10,
        "--" => 6,
        _ => return None,
    };
    let (mut length, mut written) = (1, 0);
    while let Some(line) = lines.get(length) {
        if !line.trim().is_empty() {
            if is_marked(line) || heads.get(length).is_some_and(|head| *head > 0) {
                break;
            }
            written += 1;
            if written > most {
                return None;
            }
        }
        length += 1;
    }
    Some(length)
}

/// Takes away the empty lines and rules that stand before a quoted message.
fn drop_separators(own: &mut Vec<&str>) {
    let is_rule = |line: &&str| {
        line.trim()
            .chars()
            .all(|c| matches!(c, '-' | '_' | '=' | '*' | '─' | '—' | ' '))
    };
    while own.last().is_some_and(is_rule) {
        own.pop();
    }
}

/// The lines as text, without a legal notice among the last paragraphs; never so that nothing is left.
fn without_notice(lines: &[&str]) -> String {
    const LOOKED_AT: usize = 6;
    let text = tidy(lines);
    let paragraphs: Vec<&str> = text.split("\n\n").collect();
    let first_looked_at = paragraphs.len().saturating_sub(LOOKED_AT).max(1);
    let kept: Vec<&str> = paragraphs
        .iter()
        .enumerate()
        .filter(|(place, paragraph)| *place < first_looked_at || !is_legal_notice(paragraph))
        .map(|(_, paragraph)| *paragraph)
        .collect();
    kept.join("\n\n").trim().to_owned()
}

/// Whether a paragraph is the notice that company mail systems add. It often says "delete", and means the mail.
fn is_legal_notice(paragraph: &str) -> bool {
    const CLEAR: [&str; 33] = [
        "intended recipient",
        "intended solely",
        "intended only",
        "intended for the addressee",
        "intended exclusively",
        "mail in error",
        "message in error",
        "received it in error",
        "confidentiality notice",
        "disclaimer:",
        "本邮件及其附件",
        "本邮件及附件",
        "本邮件含有",
        "本邮件包含",
        "误收",
        "错误地收到",
        "不是本邮件",
        "非本邮件",
        "本電子郵件",
        "本电子邮件",
        "誤收",
        "nicht der richtige adressat",
        "irrtümlich erhalten",
        "diese e-mail enthält",
        "diese nachricht enthält",
        "ce message et toutes",
        "ce message et les pièces",
        "message par erreur",
        "誤って受信",
        "誤送信",
        "名宛人以外",
        "본 메일은",
        "잘못 수신",
    ];
    const LIKELY: [&str; 27] = [
        "confidential",
        "privileged",
        "unauthorised",
        "unauthorized",
        "notify the sender",
        "delete this",
        "delete it",
        "strictly prohibited",
        "disclosure",
        "copying",
        "保密",
        "机密",
        "機密",
        "未经授权",
        "未經授權",
        "通知发件人",
        "删除本邮件",
        "立即删除",
        "严禁",
        "vertraulich",
        "vernichten",
        "unbefugt",
        "confidentiel",
        "détruire",
        "削除",
        "기밀",
        "삭제",
    ];
    let paragraph = paragraph.to_lowercase();
    let count = |words: &[&str]| words.iter().filter(|word| paragraph.contains(*word)).count();
    let clear = count(&CLEAR);
    clear >= 2 || (clear == 1 && count(&LIKELY) >= 1)
}

/// Lines as text: no space at line ends, no two empty lines in a row, none at the ends.
fn tidy(lines: &[&str]) -> String {
    let mut text = String::new();
    let mut empty_due = false;
    for line in lines.iter().map(|line| line.trim_end()) {
        if line.is_empty() {
            empty_due = !text.is_empty();
            continue;
        }
        if !text.is_empty() {
            text.push_str(if empty_due { "\n\n" } else { "\n" });
        }
        empty_due = false;
        text.push_str(line);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_written_now_is_the_writers_own() {
        for quoted in [
            "> Delete?",
            "On Mon, 3 Mar 2025 at 10:00, Privacy <privacy@example.com> wrote:\n> Delete?",
            "On Mon, 3 Mar 2025 at 10:00, Privacy\n<privacy@example.com>\nwrote:\n\nDelete?",
            "在 2025年3月3日，privacy@example.com 写道：\nDelete?",
            "Am 03.03.25 um 10:00 schrieb Privacy:\nDelete?",
            "Le lun. 3 mars 2025 à 10:00, Privacy a écrit :\nDelete?",
            "2025年3月3日(月) 10:00 Privacy <privacy@example.com>のメール:\nDelete?",
            "2025년 3월 3일 (월) 10:00, Privacy <privacy@example.com>님이 작성:\nDelete?",
            "-----Original Message-----\nDelete?",
            "---------- Forwarded message ---------\nDelete?",
            "------------------ 原始邮件 ------------------\nDelete?",
            "Begin forwarded message:\n\nDelete?",
            "________________________________\nFrom: Privacy\nSent: Monday\nTo: Ann\nSubject: x\n\nDelete?",
            "发件人： 隐私\n发送时间： 2025年3月3日\n收件人： 安\n主题： x\n\nDelete?",
            "Von: Privacy\nGesendet: Montag\nAn: Ann\nBetreff: x\n\nDelete?",
            "De : Privacy\nEnvoyé : lundi\nÀ : Ann\nObjet : x\n\nDelete?",
            "差出人: Privacy\n送信日時: 月曜日\n宛先: Ann\n件名: x\n\nDelete?",
            "보낸 사람: Privacy\n보낸 날짜: 월요일\n받는 사람: Ann\n제목: x\n\nDelete?",
        ] {
            let split = split(&format!("Please correct my name.\n\n{quoted}"));
            assert_eq!(split.own, "Please correct my name.", "{quoted}");
            assert!(split.quoted.ends_with("Delete?"), "{quoted}");
        }
    }

    #[test]
    fn what_mail_programs_add_to_the_writers_words_is_folded_away() {
        let table = include_str!("../../tests/golden/quotes/cases.txt");
        let mut cases = 0;
        let mut wrong = Vec::new();
        for case in table
            .split("@@ ")
            .filter(|case| !case.starts_with("own\n") && !case.is_empty())
        {
            let (name, text) = case.split_once('\n').unwrap();
            let own = table.split_once(case).unwrap().1.strip_prefix("@@ own\n").unwrap();
            let own = own.split("@@ ").next().unwrap().trim_end();
            let split = split(text.trim_end());
            if split.own != own {
                wrong.push(format!("{name}: {split:?}"));
            }
            cases += 1;
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(cases >= 35, "{cases}");
    }

    #[test]
    fn an_answer_below_or_between_quotes_is_own_text() {
        let split = split("On 3 Mar, Privacy wrote:\n> Shall we delete?\n\nYes.\n\n> And the copy?\n\nNo.");
        assert_eq!(split.own, "Yes.\n\nNo.");
        assert_eq!(
            split.quoted,
            "On 3 Mar, Privacy wrote:\nShall we delete?\nAnd the copy?"
        );
    }

    #[test]
    fn a_mail_that_only_forwards_has_no_own_text() {
        assert_eq!(split("---------- Forwarded message\nFrom: a\n\nErase me.").own, "");
    }

    #[test]
    fn signatures_and_legal_notices_are_not_own_text() {
        let text = "Please send a copy.\n-- \nAnn\nDelete Ltd";
        assert_eq!(split(text).own, "Please send a copy.");
        for notice in [
            "This e-mail is confidential and intended solely for the addressee. If you received this message in error, delete it.",
            "本邮件及其附件含有保密信息，如您误收，请立即删除本邮件并通知发件人。",
            "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, vernichten Sie diese Mail.",
        ] {
            assert_eq!(
                split(&format!("Please send a copy.\n\n{notice}")).own,
                "Please send a copy."
            );
        }
    }

    #[test]
    fn a_request_is_never_taken_for_small_print() {
        for text in [
            "This is confidential: delete my file. I am the intended recipient of your letters.",
            "--\n1\n2\n3\n4\n5\n6\n7\nPlease delete my data.",
            "From: the shop I have your address\nSubject: please delete it",
            "I wrote on 3 March:\nnothing came back. Delete my data.",
        ] {
            assert_eq!(split(text).own, text);
        }
    }

    #[test]
    fn many_lines_that_begin_something_and_end_nothing_cost_no_more_than_their_number() {
        for line in [
            "-- \n",
            "From: \n",
            "On 1 a@b\n",
            "-----Original Message-----\n> x\n",
            "> \n\n",
        ] {
            let text = line.repeat(50_000);
            let split = split(&text);
            assert!(split.own.len() <= text.len(), "{line}");
        }
    }
}
