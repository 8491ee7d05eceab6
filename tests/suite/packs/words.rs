//! A pack's own words find its own rights.

use habeas::domain::classification::classify;
use habeas::domain::message::{Address, Characters, Mail, Making, Sender};

use super::pack;

fn mail(subject: &str, text: &str) -> Mail {
    Mail {
        message_id: Some("1@mail.example".to_owned()),
        in_reply_to: Vec::new(),
        references: Vec::new(),
        from: Sender::Known(Address {
            name: "Lin Xia".to_owned(),
            address: "lin@mail.example".to_owned(),
        }),
        reply_to: Vec::new(),
        to: vec![Address {
            name: String::new(),
            address: "privacy@example.com".to_owned(),
        }],
        subject: subject.to_owned(),
        date: None,
        top_received: None,
        text: text.to_owned(),
        own_text: text.to_owned(),
        quoted_text: String::new(),
        making: Making::default(),
        attachments: Vec::new(),
        other_forms: Vec::new(),
        characters: Characters::Certain,
        remarks: Vec::new(),
    }
}

#[test]
fn a_mail_invokes_the_rights_that_the_pack_in_use_knows() {
    for (name, text, rights) in [
        ("one-month", "Please delete my personal data.", &["erasure"][..]),
        (
            "one-month",
            "Could you correct my address and send me a copy of my data?",
            &["access", "rectification"],
        ),
        (
            "one-month",
            "Ich möchte Auskunft über meine Daten und bitte um deren Löschung.",
            &["access", "erasure"],
        ),
        (
            "one-month",
            "Hiermit widerrufe ich meine Einwilligung.",
            &["consent-withdrawal"],
        ),
        ("cn-statement", "Please delete my personal data.", &["deletion"]),
        (
            "cn-statement",
            "我撤回此前的同意，请删除我的个人信息。",
            &["deletion", "withdrawal"],
        ),
        (
            "us-california",
            "Please do not sell my personal information.",
            &["opt-out"],
        ),
        (
            "us-california",
            "I ask you to limit the use of my sensitive personal information.",
            &["limit", "opt-out"],
        ),
        ("us-california", "请停止出售和共享我的个人信息。", &["opt-out"]),
        (
            "us-california",
            "Please delete all my personal data. I also withdraw my consent to marketing.",
            &["deletion", "opt-out"],
        ),
        (
            "eu-gdpr",
            "I object to the processing of my personal data for direct marketing.",
            &["object", "restriction"],
        ),
        ("uk-gdpr", "Please close my account.", &["deletion"]),
        (
            "eu-gdpr",
            "Ich widerspreche der Verarbeitung meiner Daten für Werbung.",
            &["object", "restriction"],
        ),
    ] {
        let found = classify(&mail("Request", text), pack(name).lexicon().unwrap()).rights;
        let mut found: Vec<&str> = found.iter().map(|right| right.id.as_str()).collect();
        found.sort_unstable();
        assert_eq!(found, rights, "{name}: {text}");
    }
}
