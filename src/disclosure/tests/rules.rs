//! What is a number of a person, and what only looks like one.

use super::super::names::Names;
use super::super::scan::{Sort, scan};
use super::numbers::{OTHER_CARD, OTHER_ID, OWN_ID, check_character, luhn_digit};
use super::{FindingKind, kinds};
use proptest::prelude::*;

fn sorts(text: &str) -> Vec<Sort> {
    scan(text, &Names::new(["李思雨", "Anna Lee"].into_iter()))
        .iter()
        .map(|hit| hit.sort)
        .collect()
}

/// Notes a row that came to something else, so that a test tells of all of them at once.
fn same<T: PartialEq + std::fmt::Debug>(text: &str, found: &[T], expected: &[T], wrong: &mut Vec<String>) {
    if found != expected {
        wrong.push(format!("{text:?}: {found:?}, not {expected:?}"));
    }
}

#[test]
fn a_number_is_found_however_it_is_written() {
    let rows: &[(&str, Sort)] = &[
        (OTHER_ID, Sort::Resident),
        ("身份证：440305198806152748。", Sort::Resident),
        ("11010119900307803x", Sort::Resident),
        ("110101 19900307 803X", Sort::Resident),
        ("４４０３０５１９８８０６１５２７４８", Sort::Resident),
        ("4403\u{200b}05198806\u{feff}152748", Sort::Resident),
        ("440305-19880615-2748", Sort::Resident),
        ("440305\n198806152748", Sort::Resident),
        ("4 4 0 3 0 5 1 9 8 8 0 6 1 5 2 7 4 8", Sort::Resident),
        ("ID440305198806152748", Sort::Resident),
        ("20240611440305198806152748001", Sort::Resident),
        ("440305880615274", Sort::Resident),
        ("13800138000", Sort::Mobile),
        ("+8613800138000", Sort::Mobile),
        ("+86 138-0013-8000", Sort::Mobile),
        ("0086 138 0013 8000", Sort::Mobile),
        ("138.0013.8000", Sort::Mobile),
        ("１３８００１３８０００", Sort::Mobile),
        ("电话13800138000转", Sort::Mobile),
        ("138\u{a0}0013\u{a0}8000", Sort::Mobile),
        ("①③⑧00138000", Sort::Mobile),
        (OTHER_CARD, Sort::Card),
        ("6222 0212 3456 7894", Sort::Card),
        ("4111-1111-1111-1111", Sort::Card),
        ("3782 822463 10005", Sort::Card),
        ("GB82 WEST 1234 5698 7654 32", Sort::Iban),
        ("DE89370400440532013000", Sort::Iban),
        ("a.lee@example.org", Sort::Email),
        ("邮箱a.lee＠example.org，", Sort::Email),
        ("用户@例子.中国", Sort::Email),
        ("E12345678", Sort::Passport),
        ("+44 7911 123456", Sort::Phone),
        ("(415) 555-0132", Sort::Phone),
        ("0571-88881234", Sort::Phone),
        ("078-05-1120", Sort::Government),
        ("QQ123456C", Sort::Government),
        ("李 思 雨", Sort::Name),
        ("李\u{200b}思雨女士", Sort::Name),
        ("ANNA LEE", Sort::Name),
        ("Lee, Anna", Sort::Name),
        (
            "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
            Sort::Secret,
        ),
    ];
    let mut wrong = Vec::new();
    for (text, sort) in rows {
        // QQ is no prefix of insurance numbers; the row says that the shape alone does not do.
        let expected = if text.starts_with("QQ") { vec![] } else { vec![*sort] };
        same(text, &sorts(text), &expected, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_only_looks_like_a_number_of_a_person_is_not_one() {
    let rows = [
        // the checksum fails
        "440305198806152740",
        "6222021234567895",
        "GB82 WEST 1234 5698 7654 33",
        // no such day, no such region
        "440305198813152741",
        "990305198806152748",
        // orders, times, amounts, versions
        "ORDER-2024-000123456",
        "2024-06-11 13:45:22.123",
        "1718099122123",
        "20240611134522",
        "¥12,345,678.90",
        "1.38.0",
        "12800138000",
        "128 0013 8000",
        "192.168.100.200",
        "000102030405",
        // hashes
        "d41d8cd98f00b204e9800998ecf8427e",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "3f13800138000ab1c9e",
        "550e8400-e29b-41d4-a716-446655440000",
        // no addresses
        "@someone",
        "a@b",
        "x @ y",
        "price@10.5",
        // other words
        "Joanna Leeds",
        "Annex",
        "李思",
        "0000 0000 0000 0000",
    ];
    let mut wrong = Vec::new();
    for text in rows {
        same(text, &sorts(text), &[], &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_requester_is_nobody_else_but_some_numbers_leave_to_nobody() {
    assert_eq!(
        kinds("王小明 xiaoming@example.com 13900001111 +86-139-0000-1111".as_bytes()),
        []
    );
    assert_eq!(kinds("XIAOMING@EXAMPLE.COM".as_bytes()), []);
    assert_eq!(
        kinds(format!("{OWN_ID} 110101900307803").as_bytes()),
        [FindingKind::GovernmentNumber]
    );
}

#[test]
fn a_label_or_heading_says_what_may_not_go_out() {
    use FindingKind::{AccountNumber, Biometric, GovernmentNumber, Secret, SecurityAnswer};
    let rows: &[(&str, &[FindingKind])] = &[
        ("密码：hunter2", &[Secret]),
        ("user_password_hash = 5f4dcc3b5aa765d6", &[Secret]),
        ("userPassword: x1", &[Secret]),
        ("Mother's maiden name: Fischer", &[SecurityAnswer]),
        ("密保答案: 小黑", &[SecurityAnswer]),
        ("Face template: 0.12 0.33", &[Biometric]),
        ("收款账号：8110 2233", &[AccountNumber]),
        ("Passport no: X99", &[GovernmentNumber]),
        ("password changed on: 2024-01-02", &[]),
        ("密码：******", &[]),
        ("password: [removed: a password]", &[]),
        ("id,name,password_hash\n1,a,5f4dcc3b\n2,b,aa11", &[Secret]),
        ("证件类型,证件号码\n护照,X0099", &[GovernmentNumber]),
        ("账户,备注\n普通,无", &[]),
        (r#"{"user": {"name": "x", "passwordHash": "abc"}}"#, &[Secret]),
        (r#"{"securityAnswers": ["blue", "rex"]}"#, &[SecurityAnswer]),
        ("姓名,王小明\n密码,hunter2\n城市,杭州", &[Secret]),
        (
            "<html><body><td>密码</td><!-- x --><script>var a</script>",
            &[FindingKind::Comment, FindingKind::ActiveContent],
        ),
    ];
    let mut wrong = Vec::new();
    for (text, expected) in rows {
        same(text, &kinds(text.as_bytes()), expected, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_number_split_over_cells_is_found() {
    let rows = [
        ("a,b,c\nx,440305,198806152748\ny,1,2", FindingKind::OtherIdNumber),
        ("a,b\n440305,\n198806152748,", FindingKind::OtherIdNumber),
        ("a,b,c\nLi,138,00138000\nx,y,z", FindingKind::OtherMobile),
        ("a,b,c\n1,1380013,8000\nx,y,z", FindingKind::OtherMobile),
        ("a,b,c,d\n6222,0212,3456,7894\nw,x,y,z", FindingKind::OtherBankCard),
        ("a,b\nphone,1.3800138E+10\nc,d", FindingKind::OtherMobile),
        ("a,b\nid,4.40305198806152E+17\nc,d", FindingKind::OtherIdNumber),
        ("a,b\n李,思雨\nc,d", FindingKind::OtherName),
        ("a;b\nAnna;Lee\nc;d", FindingKind::OtherName),
    ];
    let mut wrong = Vec::new();
    for (text, kind) in rows {
        same(text, &kinds(text.as_bytes()), &[kind], &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let boxes: String = OTHER_ID.chars().map(|one| format!("{one},")).collect();
    assert_eq!(
        kinds(format!("{boxes}\n{boxes}").as_bytes()),
        [FindingKind::OtherIdNumber]
    );
}

proptest! {
    #[test]
    fn every_sound_identity_number_is_found_and_no_other(
        region in proptest::sample::select(vec![11u32, 31, 44, 51, 65, 81]), rest in 0u32..10_000, year in 1900u32..2026,
        month in 1u32..=12, day in 1u32..=28, order in 0u32..1000,
    ) {
        let head = format!("{region}{rest:04}{year}{month:02}{day:02}{order:03}");
        let digits: Vec<u8> = head.bytes().map(|byte| byte - b'0').collect();
        let sound = check_character(&digits);
        for check in "0123456789X".chars() {
            let found = sorts(&format!("x {head}{check} x")).contains(&Sort::Resident);
            prop_assert_eq!(found, check == sound);
        }
    }

    #[test]
    fn every_sound_card_is_found_and_no_other(tail in proptest::collection::vec(0u8..10, 11)) {
        let mut digits = vec![6, 2, 2, 2];
        digits.extend(tail);
        let sound = luhn_digit(&digits);
        let head: String = digits.iter().map(u8::to_string).collect();
        for check in 0..10 {
            let found = sorts(&format!("{head}{check}")).contains(&Sort::Card);
            prop_assert_eq!(found, check == sound);
        }
    }
}
