//! How much a text looks like something that people write: the measure by which readings of the same bytes are compared.
//!
//! Bytes read by a wrong character set give rare letters, letters of two scripts in one word and capitals in the middle
//! of words. The measure counts, of all characters beyond ASCII, the everyday ones.

/// What was counted in a text. Counts of several texts add up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fit {
    /// Characters beyond ASCII that tell something; punctuation does not.
    pub letters: usize,
    /// Those among them that are everyday ones.
    pub everyday: usize,
    /// Bytes that mean nothing, and control characters.
    pub misfits: usize,
}

impl Fit {
    /// Looks at a text.
    pub fn of(text: &str) -> Self {
        let mut fit = Self::default();
        let mut latin = Vec::new();
        let mut word: Vec<char> = Vec::new();
        for character in text.chars() {
            if is_alphabetic(character) {
                word.push(character);
                continue;
            }
            if is_joiner(character) && !word.is_empty() {
                word.push(character);
                continue;
            }
            fit.word(&word, &mut latin);
            word.clear();
            fit.single(character);
        }
        fit.word(&word, &mut latin);
        fit.letters += latin.len();
        fit.everyday += best_alphabet(&latin);
        fit
    }

    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self {
            letters: self.letters + other.letters,
            everyday: self.everyday + other.everyday,
            misfits: self.misfits + other.misfits,
        }
    }

    /// The share of everyday characters, in percent; what means nothing weighs fourfold. Of a text without letters
    /// beyond ASCII nothing speaks against it but what means nothing.
    pub fn share(self) -> usize {
        let all = self.letters + self.misfits * 4;
        (self.everyday * 100).checked_div(all).unwrap_or(60)
    }

    /// A character that stands for itself: Han, kana, Hangul, a mark.
    fn single(&mut self, character: char) {
        let (letters, everyday) = match character {
            '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' => return,
            '\u{fffd}' => {
                self.misfits += 1;
                return;
            }
            other if other.is_control() => {
                self.misfits += 1;
                return;
            }
            '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}' => (1, 1),
            '\u{ff65}'..='\u{ff9f}' | '\u{2300}'..='\u{25ff}' | '\u{e000}'..='\u{f8ff}' => (1, 0),
            '\u{ac00}'..='\u{d7a3}' => (1, usize::from(HANGUL.contains(character))),
            '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => {
                (1, usize::from(HAN.contains(character)))
            }
            _ => return,
        };
        self.letters += letters;
        self.everyday += everyday;
    }

    /// A word of an alphabet. Latin letters are put aside, to be judged together.
    fn word(&mut self, word: &[char], latin: &mut Vec<char>) {
        let foreign = word.iter().filter(|letter| !letter.is_ascii()).count();
        if foreign == 0 {
            return;
        }
        let mut scripts = word.iter().filter_map(|letter| Script::of(*letter));
        let first = scripts.next();
        let is_mixed = scripts.any(|script| Some(script) != first);
        // No language of Latin letters writes whole words in marked ones.
        let is_marked = first == Some(Script::Latin) && word.len() >= 4 && foreign * 3 > word.len() * 2;
        if is_mixed || is_marked || has_inner_capital(word) {
            self.letters += foreign;
            return;
        }
        let inside = word.get(1..word.len().saturating_sub(1)).unwrap_or_default();
        // A mark between two letters, as in "mi³o", is a letter that was read wrongly.
        self.letters += inside
            .iter()
            .filter(|letter| Script::of(**letter).is_none() && !is_apostrophe(**letter))
            .count();
        let shouted = word.len() > 1 && word.iter().all(|letter| letter.is_uppercase());
        let letters = word.iter().copied().filter(|letter| !letter.is_ascii());
        for (place, letter) in letters.enumerate() {
            let Some(script) = Script::of(letter) else { continue };
            let small = lower(letter);
            let usual = match script {
                Script::Latin => {
                    latin.push(small);
                    continue;
                }
                Script::Cyrillic => !shouted && CYRILLIC.contains(small),
                Script::Greek if letter == 'ς' => place + 1 == foreign,
                Script::Greek => !shouted && GREEK.contains(small),
                Script::Hebrew if matches!(letter, 'ך' | 'ם' | 'ן' | 'ף' | 'ץ') => place + 1 == foreign,
                Script::Hebrew => HEBREW.contains(small),
                Script::Arabic => ARABIC.contains(small),
                Script::Thai => THAI.contains(small),
            };
            self.letters += 1;
            self.everyday += usize::from(usual);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Greek,
    Hebrew,
    Arabic,
    Thai,
}

impl Script {
    fn of(letter: char) -> Option<Self> {
        match letter {
            'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{24f}' => {
                Some(Self::Latin)
            }
            '\u{370}'..='\u{3ff}' => Some(Self::Greek),
            '\u{400}'..='\u{52f}' => Some(Self::Cyrillic),
            '\u{590}'..='\u{5ff}' => Some(Self::Hebrew),
            '\u{600}'..='\u{6ff}' => Some(Self::Arabic),
            '\u{e00}'..='\u{e7f}' => Some(Self::Thai),
            _ => None,
        }
    }
}

fn is_alphabetic(character: char) -> bool {
    Script::of(character).is_some()
}

/// A mark that stands between letters of one word, or a letter of no alphabet here.
fn is_joiner(character: char) -> bool {
    is_apostrophe(character) || (matches!(character, '\u{a1}'..='\u{bf}' | '×' | '÷') && character != '·')
}

fn is_apostrophe(character: char) -> bool {
    matches!(
        character,
        '\'' | '’' | '‘' | '´' | '`' | '-' | '\u{ad}' | '«' | '»' | 'ª' | 'º'
    )
}

/// A capital after a small letter, as no script writes it; brand names do, in plain ASCII.
fn has_inner_capital(word: &[char]) -> bool {
    word.windows(2)
        .any(|pair| matches!(pair, [small, capital] if small.is_lowercase() && capital.is_uppercase()))
}

fn lower(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

/// How many of the letters the best fitting alphabet has.
fn best_alphabet(letters: &[char]) -> usize {
    LATIN
        .iter()
        .map(|alphabet| letters.iter().filter(|letter| alphabet.contains(**letter)).count())
        .max()
        .unwrap_or(0)
}

/// The letters beyond ASCII of languages that are written in Latin letters.
const LATIN: [&str; 19] = [
    "äöüß",
    "àâæçéèêëîïôœùûüÿ",
    "áéíñóúü",
    "àáâãçéêíóôõúü",
    "àèéìíîòóùú",
    "åäöæøé",
    "áæðéíóöúýþ",
    "áéèëïíóöúü",
    "ąćęłńóśźż",
    "áäčďéěíĺľňóôŕřšťúůýž",
    "áéíóöőúüű",
    "ăâîșțşţ",
    "čćđšž",
    "âçğıiîöşü",
    "ąčęėįšųūž",
    "āčēģīķļņšūž",
    "äõöüšž",
    "àçéèíïóòúü",
    "ëçâî",
];

/// The commonest letters of languages that are written in Cyrillic letters.
const CYRILLIC: &str = "оеаинтсрвлкмдпуяіїєђћў";
const GREEK: &str = "αοιετνησρκπυλςάόίέήμ";
const HEBREW: &str = "יוהלאתמרבש";
const ARABIC: &str = "اليمنرتوبةعدسأ";
const THAI: &str = "านรกอเงมยลวดทสตะปบคห\u{e48}\u{e49}\u{e35}\u{e31}\u{e34}";

/// The commonest syllables of Korean, and those that requests about personal data are made of.
const HANGUL: &str = "이다의는을를에가고하지한로기사도은자아니과정인시어리서그나해보들대부수여일있전제스라게것만상원면야장안했주성구관동으시요위할거공내오우당소적연계용회개조조민국문신청경물장체업중와까지되및또같년월방미발생각말씀드립니다감합안녕세삭제탈퇴처정열람개보호권리메일저희님께바랍니다계정름번호화락처확인알려달습니까";

/// The commonest characters of Chinese in both spellings and of Japanese, common family names, and those that requests
/// about personal data are made of.
const HAN: &str = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔请您谢删除账号注销更正修改查询复制副隐私姓姓名话邮箱址照片料客服公贵收供停止拒绝撤同申诉网站订单购买退货快递密码登录注册会员协议条款期限天内答回信息个人数据手机电子附件收到感谢烦请尽快李王张刘陈杨黄赵吴周徐孙马朱胡林郭何罗梁宋郑韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文小梅明红丽华建平志伟芳娜秀英敏静强磊洋艳勇军杰娟涛超霞刚玲芬燕彬辉鹏飞\
這個們來說時會對為後過發經麼學當動還進開實從無與長機關點業將兩間問應戰頭體見產話書車報結變條題總電數認記請謝刪資訊帳號註銷複製據隱聯絡貴務給讓歡處訴樣寫現國種軍義員論聲東門氣爾別場統區隊決馬達強難權設類張該規萬術領確傳師觀讓識帶導爭運單購買貨遞碼錄協議款盡煩爾優標準續繼屬戶帳寄件郵箱網際頁瀏覽驗證證據檔案儲存更換轉移終劉陳楊黃趙吳孫張鄭馮蕭鄧許蘇盧蔣賈魏葉鍾譚鄒陸顧龍錢湯賴龔裡裏麗偉藝語麼嗎呢啊吧您這些那些無法系統錯誤協助擁\
氏訂開示報個求願致依頼停消録付込円様株式削除訂正利用目的停確認返信当社御中宛件対応登解約購読者姓";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_fits_and_what_a_wrong_set_makes_of_it_does_not() {
        for text in [
            "请删除我的个人信息，谢谢。",
            "請刪除我的帳號與個人資料",
            "個人情報の開示を請求します",
            "개인정보를 삭제해 주십시오",
            "Bitte löschen Sie meine Daten – für immer.",
            "Veuillez supprimer mes données à caractère personnel",
            "Proszę o usunięcie moich danych",
            "Kişisel verilerimin silinmesini istiyorum",
            "Удалите мои персональные данные",
            "Παρακαλώ διαγράψτε τα δεδομένα μου",
        ] {
            assert!(Fit::of(text).share() >= 60, "{text}: {:?}", Fit::of(text));
        }
        for text in [
            "ÇëÉ¾³ýÎÒµÄ¸öÈËÐÅÏ¢",
            "сДЮКХРЕ ЛНХ ДЮММШЕ",
            "璇峰垹闄ゆ垜鐨勪釜浜轰俊鎭",
            "ｸﾍﾈﾋﾐﾅﾏ｢ﾈｨﾀ",
            "l\u{fffd}schen Sie\u{1}",
        ] {
            assert!(Fit::of(text).share() < 50, "{text}: {:?}", Fit::of(text));
        }
    }
}
