//! Mails made to cost more than their length: each bomb is a function from a size in bytes to a mail of about that size.

/// A mail of about so many bytes.
pub type Make = fn(usize) -> Vec<u8>;

/// Every bomb with its name. What it attacks is in the name.
pub const BOMBS: &[(&str, Make)] = &[
    ("parts in parts", |size| nested(size, "multipart/mixed")),
    ("alternatives in alternatives", |size| {
        nested(size, "multipart/alternative")
    }),
    ("messages in messages", |size| {
        fill("", "Content-Type: message/rfc822\n\n", "x", size)
    }),
    ("digests in digests", |size| nested(size, "multipart/digest")),
    ("many parts", |size| fill(MIXED, "--b\n\nx\n", "--b--\n", size)),
    ("many parts with files", |size| {
        fill(
            MIXED,
            "--b\nContent-Disposition: attachment; filename=a.pdf\n\nx\n",
            "--b--\n",
            size,
        )
    }),
    ("many last boundaries", |size| fill(MIXED, "--b--\nx\n", "", size)),
    ("lines that are nearly boundaries", near_boundaries),
    ("texts that differ in every alternative", differing),
    ("html that differs from the plain text", |size| {
        let plain = words(size / 2);
        let html = words_from(size, size / 2);
        let parts = format!("--b\n\n{plain}\n--b\nContent-Type: text/html\n\n<p>{html}\n--b--\n");
        format!("Content-Type: multipart/alternative; boundary=b\n\n{parts}").into_bytes()
    }),
    ("parameters", |size| {
        fill("Content-Type: text/plain", "; a=b", "\n\nx", size)
    }),
    ("continued parameters", |size| {
        numbered(
            size,
            "Content-Type: application/pdf",
            |n| format!(";\n name*{n}*=%41"),
            "\n\nx",
        )
    }),
    ("the same parameter", |size| {
        fill("Content-Type: application/pdf", "; name*0*=utf-8''%41", "\n\nx", size)
    }),
    ("open quotes in parameters", |size| {
        fill("Content-Type: a/b", ";a=\"\\", "\n\nx", size)
    }),
    ("encoded words", |size| {
        fill("Subject:", " =?utf-8?B?5Yig6Zmk?=\n", "\nx", size)
    }),
    ("encoded words that never end", |size| {
        fill("Subject: ", "=?a?q?", "\n\nx", size)
    }),
    ("encoded words in file names", |size| {
        let part = format!(
            "--b\nContent-Type: application/pdf; name=\"{}\"\n\nx\n",
            "=?a?q?".repeat(5000)
        );
        fill(MIXED, &part, "", size)
    }),
    ("comments in the sender", |size| {
        fill("From: ", "((((((((", "\n\nx", size)
    }),
    ("groups and names in the sender", |size| {
        fill("From: ", "a:\"b\" <c>,;", "\n\nx", size)
    }),
    ("senders", |size| fill("", "From: a@example.org\n", "\nx", size)),
    ("recipients", |size| {
        numbered(size, "To: a@b.c", |n| format!(",\n r{n}@example.org"), "\n\nx")
    }),
    ("fields of recipients", |size| {
        numbered(size, "", |n| format!("To: r{n}@example.org\n"), "\nx")
    }),
    ("encoded recipients", |size| {
        fill("To: a@b.c", ",\n =?a?q?b@c", "\n\nx", size)
    }),
    ("folded lines", |size| fill("Subject: a\n", " b\n", "\nx", size)),
    ("header fields", |size| fill("", "X-A: b\n", "\nx", size)),
    ("one long header field", |size| fill("Subject: ", "a", "\n\nx", size)),
    ("references", |size| fill("References:", " <a@b.c>\n", "\nx", size)),
    ("open references", |size| fill("References:", " <a", "\n\nx", size)),
    ("html: elements in elements", |size| html(size, "<div><blockquote>")),
    ("html: lists", |size| html(size, "<ul><li>a<br><td>")),
    ("html: attributes", |size| html(size, "<a b=\"c>\" d='e>' f=g>")),
    ("html: open quotes", |size| html(size, "<a b=\"'")),
    ("html: open comments", |size| html(size, "<!--")),
    ("html: comments", |size| html(size, "<!--a-->b")),
    ("html: open styles", |size| html(size, "<style></styl")),
    ("html: open tags", |size| html(size, "<a ")),
    ("html: marks of tags", |size| html(size, "<")),
    ("html: entities", |size| html(size, "&#1234567;&amp;&bogus;&")),
    ("html: marks of entities", |size| html(size, "&")),
    ("html: preformatted", |size| html(size, "<pre>\n")),
    ("quoted-printable", |size| {
        encoded(size, "quoted-printable", "=E5=88=A0=\n")
    }),
    ("quoted-printable, broken", |size| {
        encoded(size, "quoted-printable", "==\n  ")
    }),
    ("base64", |size| encoded(size, "base64", "5Yig6Zmk\n")),
    ("base64, broken", |size| encoded(size, "base64", "A=!=\n")),
    ("a file of base64", |size| {
        fill(
            "Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n",
            "JVBERi0xLjQK",
            "",
            size,
        )
    }),
    ("marks of quotes", |size| text(size, "> > > > > > > > a\n")),
    ("one line of marks of quotes", |size| text(size, ">")),
    ("heads of quoted messages", |size| {
        text(size, "From: a\nSent: b\n\n\nTo: c\n\nSubject: d\n> e\n")
    }),
    ("senders of quoted messages", |size| text(size, "From: a\n\n\n\n")),
    ("attributions", |size| text(size, "On 1 May 2025, a@b.c wrote:\n> x\n")),
    ("starts of attributions", |size| text(size, "On 1 May 2025, a@b.c\n")),
    ("signatures", |size| text(size, "-- \na\nb\n")),
    ("flowed lines", |size| {
        fill(
            "Content-Type: text/plain; format=flowed; delsp=yes\n\n",
            ">> a \n",
            "",
            size,
        )
    }),
    ("empty lines", |size| text(size, "\n")),
    ("one long line", |size| text(size, "a")),
    ("one long line of words", |size| text(size, "delete my data ")),
    ("one long line in Chinese", |size| text(size, "请删除我的个人信息")),
    ("requests", |size| {
        text(size, "Please delete my account and send me a copy of my data.\n")
    }),
    ("requests in Chinese", |size| {
        text(size, "请删除我的账号，并提供我的个人信息副本。\n")
    }),
    ("negated requests", |size| {
        text(size, "I do not want you not to delete not my data, not ")
    }),
    ("different words", |size| words(size).into_bytes()),
    ("punctuation", |size| text(size, "?!.,;:-\"'()")),
    ("characters that are taken out", |size| {
        text(size, "\u{202e}\u{200b}\u{0}")
    }),
    ("carriage returns", |size| text(size, "\r")),
    ("undeclared bytes", |size| raw(b"\n\n", b"\xc9\xbe\xb3\xfd", size)),
    ("mistaken Western bytes", |size| {
        raw(
            b"Content-Type: text/plain; charset=iso-8859-1\n\n",
            b"\xc9\xbe\xb3\xfd \x80",
            size,
        )
    }),
    ("broken GB18030", |size| {
        raw(b"Content-Type: text/plain; charset=gb18030\n\n", b"\x81\x30\xff", size)
    }),
    ("escapes of ISO-2022-JP", |size| {
        raw(
            b"Content-Type: text/plain; charset=iso-2022-jp\n\n",
            b"\x1b$B\x1b(B",
            size,
        )
    }),
    ("UTF-7", |size| {
        raw(b"Content-Type: text/plain; charset=utf-7\n\n", b"+A+AGE-", size)
    }),
];

const MIXED: &str = "Content-Type: multipart/mixed; boundary=b\n\n";

fn fill(start: &str, piece: &str, end: &str, size: usize) -> Vec<u8> {
    format!("{start}{}{end}", piece.repeat((size / piece.len()).max(1))).into_bytes()
}

fn raw(start: &[u8], piece: &[u8], size: usize) -> Vec<u8> {
    [start, &piece.repeat(size / piece.len())].concat()
}

fn text(size: usize, piece: &str) -> Vec<u8> {
    fill(
        "From: a@example.org\nContent-Type: text/plain; charset=utf-8\n\n",
        piece,
        "",
        size,
    )
}

fn html(size: usize, piece: &str) -> Vec<u8> {
    fill("Content-Type: text/html; charset=utf-8\n\n", piece, "a", size)
}

fn encoded(size: usize, how: &str, piece: &str) -> Vec<u8> {
    let start = format!("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {how}\n\n");
    fill(&start, piece, "", size)
}

fn numbered(size: usize, start: &str, piece: impl Fn(usize) -> String, end: &str) -> Vec<u8> {
    let mut mail = start.to_owned();
    let mut number = 0;
    while mail.len() < size {
        mail += &piece(number);
        number += 1;
    }
    (mail + end).into_bytes()
}

fn nested(size: usize, media: &str) -> Vec<u8> {
    numbered(
        size,
        "",
        |n| format!("Content-Type: {media}; boundary=b{n}\n\n--b{n}\n"),
        "\nx",
    )
}

/// Twenty open boundaries, and lines that agree with each of them almost to the end.
fn near_boundaries(size: usize) -> Vec<u8> {
    let common = "b".repeat(900);
    let mut mail = String::new();
    for level in 0..18 {
        mail += &format!("Content-Type: multipart/mixed; boundary={common}{level}\n\n--{common}{level}\n");
    }
    mail += "\n";
    mail += &format!("--{common}x\n").repeat(size / 900);
    mail.into_bytes()
}

/// At each level a plain text, and beside it parts whose first text is HTML that says something else.
fn differing(size: usize) -> Vec<u8> {
    const LEVELS: usize = 15;
    let share = size / (LEVELS + 1);
    let mut mail = String::new();
    for level in 0..LEVELS {
        mail += &format!("Content-Type: multipart/alternative; boundary=b{level}\n\n--b{level}\n");
    }
    mail += &format!("Content-Type: text/html\n\n{}\n", words_from(usize::MAX / 2, share));
    for level in (0..LEVELS).rev() {
        mail += &format!("--b{level}\n\n{}\n--b{level}--\n", words_from(level * share, share));
    }
    mail.into_bytes()
}

fn words(size: usize) -> String {
    words_from(0, size)
}

fn words_from(first: usize, size: usize) -> String {
    let mut text = String::new();
    let mut number = first;
    while text.len() < size {
        text += &format!("w{number} ");
        number += 1;
    }
    text
}
