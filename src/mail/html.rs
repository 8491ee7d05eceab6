//! HTML as a person would read it, turned into plain text in one pass.
//!
//! No tree is built, so nesting costs nothing. Quoted text (`blockquote`) comes out with `> ` before each line, as in
//! plain mail. Nothing that a reader would see is left out; styles, scripts and comments are.

use mail_parser::decoders::html::add_html_token;

/// Quotes inside quotes that are marked.
const MAX_QUOTE_DEPTH: usize = 8;

/// The readable text of an HTML document or fragment.
pub fn to_text(html: &str) -> String {
    let mut writer = Writer::default();
    let mut scanner = Scanner {
        html,
        at: 0,
        quotes_count: true,
        comments_count: true,
    };
    while let Some(token) = scanner.next_token() {
        match token {
            Token::Text(text) => writer.text(text),
            Token::Open(name) => writer.open(&name),
            Token::Close(name) => writer.close(&name),
            Token::Nothing => {}
        }
    }
    writer.out
}

enum Token<'html> {
    Text(&'html str),
    /// An opening tag, by its lower-cased name.
    Open(String),
    Close(String),
    /// A comment, a declaration, or something never shown.
    Nothing,
}

struct Scanner<'html> {
    html: &'html str,
    at: usize,
    /// Quotes in tags are honoured until one is found open at the end; a second pass over it would cost too much.
    quotes_count: bool,
    /// Comments are passed over until one is found open at the end: its content is then shown rather than lost.
    comments_count: bool,
}

impl<'html> Scanner<'html> {
    fn next_token(&mut self) -> Option<Token<'html>> {
        let rest = self.html.get(self.at..).filter(|rest| !rest.is_empty())?;
        if !rest.starts_with('<') {
            let end = rest.find('<').unwrap_or(rest.len());
            self.at += end;
            return rest.get(..end).map(Token::Text);
        }
        if rest.starts_with("<!--") && self.comments_count {
            match rest.find("-->") {
                Some(end) => {
                    self.at += end + 3;
                    return Some(Token::Nothing);
                }
                None => self.comments_count = false,
            }
        }
        let starts_tag = rest
            .as_bytes()
            .get(1)
            .is_some_and(|byte| byte.is_ascii_alphabetic() || b"/!?".contains(byte));
        if !starts_tag {
            self.at += 1;
            return Some(Token::Text("<"));
        }
        let Some(end) = self.tag_end(rest) else {
            self.at = self.html.len();
            return Some(Token::Text(rest));
        };
        self.at += end + 1;
        Some(self.tag(rest.get(1..end).unwrap_or_default()))
    }

    /// Where the tag at the start of a text ends; a `>` inside a quoted value does not end it.
    fn tag_end(&mut self, rest: &str) -> Option<usize> {
        if self.quotes_count {
            let mut quote = None;
            let mut last = b'<';
            for (place, byte) in rest.bytes().enumerate() {
                match (quote, byte) {
                    (None, b'>') => return Some(place),
                    (None, b'"' | b'\'') if last == b'=' => quote = Some(byte),
                    (Some(open), byte) if open == byte => quote = None,
                    _ => {}
                }
                if !byte.is_ascii_whitespace() {
                    last = byte;
                }
            }
            self.quotes_count = false;
        }
        rest.find('>')
    }

    fn tag(&mut self, inside: &str) -> Token<'html> {
        let (is_closing, inside) = inside
            .strip_prefix('/')
            .map_or((false, inside), |inside| (true, inside));
        let name_end = inside
            .find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>')
            .unwrap_or(inside.len());
        let name = inside.get(..name_end).unwrap_or_default().to_ascii_lowercase();
        if is_closing {
            return Token::Close(name);
        }
        if matches!(name.as_str(), "style" | "script" | "template" | "title") {
            self.skip_to_close(&name);
            return Token::Nothing;
        }
        if name.starts_with(['!', '?']) {
            Token::Nothing
        } else {
            Token::Open(name)
        }
    }

    /// Passes over what an element never shown holds, up to its closing tag or the end.
    fn skip_to_close(&mut self, name: &str) {
        while let Some(open) = self.html.get(self.at..).and_then(|rest| rest.find("</")) {
            self.at += open + 2;
            let closes = self.html.as_bytes().get(self.at..self.at + name.len());
            if closes.is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes())) {
                self.at = self
                    .html
                    .get(self.at..)
                    .and_then(|rest| rest.find('>'))
                    .map_or(self.html.len(), |end| self.at + end + 1);
                return;
            }
        }
        self.at = self.html.len();
    }
}

#[derive(Default)]
struct Writer {
    out: String,
    /// Line ends that are due before the next word: 1 ends the line, 2 leaves an empty one.
    breaks: usize,
    space: bool,
    quote_depth: usize,
    preformatted: usize,
}

impl Writer {
    fn text(&mut self, text: &str) {
        if self.preformatted > 0 {
            for line in text.split_inclusive('\n') {
                let content = line.trim_end_matches(['\n', '\r']);
                if !content.is_empty() {
                    self.word(content);
                }
                if content.len() < line.len() {
                    self.line_break();
                }
            }
            return;
        }
        let mut first = true;
        for word in text.split(|c: char| c.is_ascii_whitespace()) {
            self.space |= !first;
            first = false;
            if !word.is_empty() {
                self.word(word);
            }
        }
    }

    fn word(&mut self, word: &str) {
        let starts_text = self.out.is_empty();
        if self.breaks > 0 || starts_text {
            if !starts_text {
                self.out.push('\n');
                for _ in 1..self.breaks {
                    self.quote_marks();
                    self.out.push('\n');
                }
            }
            self.quote_marks();
        } else if self.space && !self.out.ends_with([' ', '\t']) {
            self.out.push(' ');
        }
        self.breaks = 0;
        self.space = false;
        entities(word, &mut self.out);
    }

    fn quote_marks(&mut self) {
        for _ in 0..self.quote_depth.min(MAX_QUOTE_DEPTH) {
            self.out.push_str("> ");
        }
    }

    fn line_break(&mut self) {
        self.breaks = (self.breaks + 1).min(3);
        self.space = false;
    }

    fn block(&mut self) {
        self.breaks = self.breaks.max(1);
        self.space = false;
    }

    fn paragraph(&mut self) {
        self.breaks = self.breaks.max(2);
        self.space = false;
    }

    fn open(&mut self, name: &str) {
        match name {
            "br" => self.line_break(),
            "li" => {
                self.block();
                self.word("-");
                self.space = true;
            }
            "td" | "th" => self.space = true,
            "pre" | "textarea" => {
                self.block();
                self.preformatted += 1;
            }
            "blockquote" => {
                self.block();
                self.quote_depth += 1;
            }
            _ => self.edge(name),
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "td" | "th" => self.space = true,
            "pre" | "textarea" => {
                self.block();
                self.preformatted = self.preformatted.saturating_sub(1);
            }
            "blockquote" => {
                self.block();
                self.quote_depth = self.quote_depth.saturating_sub(1);
            }
            _ => self.edge(name),
        }
    }

    /// What the start or end of an element does to the line.
    fn edge(&mut self, name: &str) {
        match name {
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "dl" | "table" => self.paragraph(),
            "div" | "tr" | "li" | "dt" | "dd" | "hr" | "body" | "html" | "section" | "article" | "header"
            | "footer" | "center" | "address" | "form" | "fieldset" | "figure" | "caption" | "option" | "main"
            | "nav" | "aside" => {
                self.block();
            }
            _ => {}
        }
    }
}

/// Writes a word with its character references replaced.
fn entities(word: &str, out: &mut String) {
    const LONGEST: usize = 40;
    let mut rest = word;
    while let Some(start) = rest.find('&') {
        let (before, reference) = rest.split_at(start);
        out.push_str(before);
        let within = reference
            .get(..reference.floor_char_boundary(LONGEST))
            .unwrap_or(reference);
        match within.find(';') {
            Some(end) => {
                let (token, after) = reference.split_at(end + 1);
                reference_text(token, out);
                rest = after;
            }
            None => {
                let known = ["&nbsp", "&amp", "&lt", "&gt", "&quot"]
                    .into_iter()
                    .find(|name| reference.starts_with(name));
                let (token, after) = reference.split_at(known.map_or(1, str::len));
                match known {
                    Some(name) => reference_text(&format!("{name};"), out),
                    None => out.push_str(token),
                }
                rest = after;
            }
        }
    }
    out.push_str(rest);
}

fn reference_text(token: &str, out: &mut String) {
    let number = token
        .strip_prefix("&#")
        .and_then(|rest| rest.strip_suffix(';'))
        .and_then(|digits| digits.parse::<u8>().ok());
    match number {
        // Programs write windows-1252 numbers where Unicode ones belong, and browsers read them so.
        Some(byte @ 0x80..=0x9f) => out.push_str(&encoding_rs::WINDOWS_1252.decode(&[byte]).0),
        _ if token.is_ascii() => add_html_token(out, token.as_bytes(), false),
        _ => out.push_str(token),
    }
}

#[cfg(test)]
mod tests {
    use super::to_text;

    #[test]
    fn html_reads_as_it_looks() {
        for (html, text) in [
            ("a<br>b<br><br>c", "a\nb\n\nc"),
            ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
            ("<p>a\n b</p><p>c</p>", "a b\n\nc"),
            ("<ul><li>one<li>two</ul>", "- one\n- two"),
            ("<td>a</td><td>b</td>", "a b"),
            ("see <a href=\"https://x\">the <b>form</b></a>.", "see the form."),
            (
                "<style>a{}</style><title>t</title>x<script>1<2</script>y<!-- z -->",
                "xy",
            ),
            ("<blockquote>q<br>r</blockquote>own", "> q\n> r\nown"),
            ("<pre>a\n  b</pre>", "a\n  b"),
            (
                "&lt;b&gt; &#8364; &#x8bf7; &#146; &amp;nbsp; AT&T &bogus; &nbsp",
                "<b> € 请 ’ &nbsp; AT&T &bogus; \u{a0}",
            ),
            ("<p class=\"a>b\">x", "x"),
            ("1 < 2 <3", "1 < 2 <3"),
            ("a<!-- never closed <b>b</b>", "ab"),
            ("a <b title=\"never closed>c", "a c"),
            ("", ""),
        ] {
            assert_eq!(to_text(html), text, "{html}");
        }
    }

    #[test]
    fn deep_nesting_and_open_ends_cost_no_more_than_their_length() {
        let deep = format!("{}x", "<div><blockquote>".repeat(200_000));
        assert!(to_text(&deep).ends_with("> x"));
        for piece in ["<!--", "<a b=\"", "<style>", "</", "&"] {
            to_text(&piece.repeat(200_000));
        }
    }
}
