//! Campaigns: requests whose words are nearly the same, as when many people send one text. They are grouped for work and never
//! merged: each is one person's case, with its own term and its own answer.
//!
//! What is kept of a text is a sketch, made of keyed digests of its pieces (Broder, "On the resemblance and containment of
//! documents", 1997). Two sketches tell how alike two texts are, and without the key nothing of what they say.

/// How many numbers a sketch has. The likeness that two of them tell is off by 0.06 at most, most of the time.
pub const NUMBERS: usize = 64;

/// How many of them make one band: texts are compared when a band of both is the same.
const BAND: usize = 4;

/// Texts are of one campaign when so many of a hundred pieces are the same.
const ALIKE: usize = 70;

/// Letters of a piece, for writing in letters, and for writing in signs that are words themselves.
const PIECE_OF_LETTERS: usize = 9;
const PIECE_OF_SIGNS: usize = 4;

/// A text with fewer pieces is said by many who know nothing of each other.
const FEWEST_LETTERS: usize = 80;
const FEWEST_SIGNS: usize = 30;

/// More of a text is not looked at.
const MOST: usize = 20_000;

/// What is kept of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch([u32; NUMBERS]);

impl Sketch {
    /// The sketch of a text under a key; `None` where it is too short to be anybody's template.
    pub fn of(text: &str, key: &[u8; 32]) -> Option<Self> {
        let letters = normalised(text);
        let signs = letters.iter().filter(|letter| is_sign(**letter)).count();
        let (length, fewest) = if signs * 2 > letters.len() {
            (PIECE_OF_SIGNS, FEWEST_SIGNS)
        } else {
            (PIECE_OF_LETTERS, FEWEST_LETTERS)
        };
        if letters.len() < fewest + length {
            return None;
        }
        let dials = Dials::of(key);
        let mut least = [u32::MAX; NUMBERS];
        for piece in letters.windows(length) {
            let digest = dials.digest(piece);
            for (least, number) in least.iter_mut().zip(dials.turned(digest)) {
                *least = (*least).min(number);
            }
        }
        Some(Self(least))
    }

    /// How alike two texts are, in hundredths.
    pub fn likeness(&self, other: &Self) -> usize {
        let same = self.0.iter().zip(&other.0).filter(|(one, other)| one == other).count();
        same * 100 / NUMBERS
    }

    /// Whether two texts are of one campaign.
    pub fn is_alike(&self, other: &Self) -> bool {
        self.likeness(other) >= ALIKE
    }

    /// By what alike texts are found: they have at least one band in common, nearly always.
    pub fn bands(&self) -> impl Iterator<Item = Vec<u8>> + '_ {
        self.0.chunks(BAND).enumerate().map(|(place, band)| {
            let mut bytes = vec![u8::try_from(place).unwrap_or_default()];
            for number in band {
                bytes.extend_from_slice(&number.to_be_bytes());
            }
            bytes
        })
    }

    /// As it is stored.
    pub fn written(&self) -> Vec<u8> {
        self.0.iter().flat_map(|number| number.to_be_bytes()).collect()
    }

    /// From how it is stored; `None` for anything else.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (words, rest) = bytes.as_chunks::<4>();
        if !rest.is_empty() {
            return None;
        }
        let numbers: Vec<u32> = words.iter().map(|word| u32::from_be_bytes(*word)).collect();
        Some(Self(numbers.try_into().ok()?))
    }
}

/// Letters alone, in one case: what stays the same when names, numbers and line breaks differ.
fn normalised(text: &str) -> Vec<char> {
    text.chars()
        .filter(|letter| letter.is_alphabetic())
        .flat_map(char::to_lowercase)
        .take(MOST)
        .collect()
}

/// A sign of Chinese writing.
fn is_sign(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

/// The numbers that a key is turned into.
struct Dials {
    seed: u64,
    turns: [(u64, u64); NUMBERS],
}

impl Dials {
    fn of(key: &[u8; 32]) -> Self {
        let mut state = key
            .as_chunks::<8>()
            .0
            .iter()
            .fold(0, |state: u64, word| mixed(state ^ u64::from_be_bytes(*word)));
        let mut next = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            mixed(state)
        };
        Self {
            seed: next(),
            turns: std::array::from_fn(|_| (next() | 1, next())),
        }
    }

    fn digest(&self, piece: &[char]) -> u64 {
        piece.iter().fold(self.seed, |digest, letter| {
            mixed(digest ^ u64::from(u32::from(*letter)))
        })
    }

    fn turned(&self, digest: u64) -> impl Iterator<Item = u32> + '_ {
        self.turns.iter().map(move |(by, plus)| {
            let turned = digest.wrapping_mul(*by).wrapping_add(*plus);
            u32::try_from(turned >> 32).unwrap_or_default()
        })
    }
}

/// Spreads every bit over all others (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
fn mixed(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn template(name: &str, order: &str) -> String {
        format!(
            "Dear Sir or Madam,\n\nmy name is {name}. Under the law I ask you to tell me which personal data you hold about me, \
             where you got them, to whom you gave them, and to send me a copy of all of them within the legal time. \
             My order number was {order}.\n\nIf you refuse, tell me the reasons in writing.\n\nKind regards\n{name}\n"
        )
    }

    fn likeness(one: &str, other: &str) -> usize {
        let of = |text| Sketch::of(text, &KEY).unwrap();
        of(one).likeness(&of(other))
    }

    #[test]
    fn one_text_sent_by_many_is_alike_whatever_their_names_and_numbers() {
        let li = template("Li Na", "20260501");
        for (name, order) in [
            ("Wang Xiaoming", "77"),
            ("Dr. Ada King of Lovelace", "A-1 / 2"),
            ("李娜", ""),
        ] {
            let other = template(name, order).to_uppercase().replace('\n', "\r\n> ");
            assert!(likeness(&li, &other) >= ALIKE, "{name}: {}", likeness(&li, &other));
        }
    }

    #[test]
    fn two_people_who_ask_the_same_in_their_own_words_are_not_of_one_campaign() {
        let own = "Hello, I used to shop with you and would like to know what you still have stored about me. Could you \
                   please also tell me who else got my address? Since last month I get calls that I never wanted. Thank you!";
        assert!(likeness(&template("Li Na", "1"), own) < 20);
    }

    #[test]
    fn chinese_texts_are_compared_by_shorter_pieces() {
        let template = |name: &str| {
            format!(
                "尊敬的隐私负责人：我是{name}，根据《个人信息保护法》第四十五条，请贵公司向我提供所持有的全部个人信息的副本，\
                 说明处理目的、保存期限以及接收方，并在法定期限内书面答复。如拒绝，请说明理由。此致敬礼 {name}"
            )
        };
        let own = "你好，我想把我在你们网站上的账号注销掉，里面的订单记录和收货地址也请一并删除，以后不要再给我发短信了，谢谢。\
                   另外上次客服说已经删了，可是我昨天还能登录，请查一下是怎么回事。";
        assert!(likeness(&template("李娜"), &template("欧阳小明")) >= ALIKE);
        assert!(likeness(&template("李娜"), own) < 20);
    }

    #[test]
    fn what_everybody_says_is_no_campaign() {
        for text in ["", "Please delete my data.", "请删除我的个人信息。", "12345 67890 !!!"] {
            assert_eq!(Sketch::of(text, &KEY), None, "{text}");
        }
    }

    #[test]
    fn a_sketch_reads_back_and_says_nothing_under_another_key() {
        let text = template("Li Na", "1");
        let sketch = Sketch::of(&text, &KEY).unwrap();
        assert_eq!(Sketch::read(&sketch.written()), Some(sketch.clone()));
        assert_eq!(Sketch::read(&[0; 255]), None);
        let other = Sketch::of(&text, &[8; 32]).unwrap();
        assert!(sketch.likeness(&other) < 10);
        assert_eq!(sketch.bands().count(), NUMBERS / BAND);
        assert!(sketch.bands().all(|band| other.bands().all(|other| band != other)));
    }
}
