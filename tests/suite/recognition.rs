//! How well mail is recognised, measured on labelled mail: the numbered `.eml` files, which go through the parser, and
//! our own short mails. The floors stand a little below what was measured; raise them when the lexicon gets better.

use habeas::domain::classification::{Classification, Kind, classify};
use habeas::domain::lexicon::Lexicon;
use habeas::domain::message::{Characters, Mail};
use habeas::domain::mistake::Mistake;
use habeas::domain::score::{Label, Scores, score};

use labelled::{
    KNOWN, OwnMail, learning_mails, mails_in, numbered_mails, patterns, round4, short_mails, written_lexicon,
};

#[path = "../corpus/labelled.rs"]
mod labelled;

/// Nothing is learned from these batches and nobody looks at their mistakes.
const HELD_BACK: [&str; 4] = [
    "round4/en-6.toml",
    "round4/zh-6.toml",
    "blind/en-10.toml",
    "blind/zh-10.toml",
];

/// Lexicon and leanings as they are compiled in, but read when the test runs, so that trying a phrase needs no build.
fn lexicon() -> Lexicon {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/packs/cn-statement/leanings.toml");
    let text = std::fs::read_to_string(path).unwrap();
    patterns().with_leanings(&text, "leanings.toml", &KNOWN).unwrap()
}

/// Classifies and scores; with a part of the set's name as `SHOW` in the environment each of its mails that went wrong is
/// shown, but never a held-back one.
fn measure(name: &str, mails: &[(Label, Mail)], lexicon: &Lexicon) -> Scores {
    let answers: Vec<(&Label, Classification)> = mails
        .iter()
        .map(|(label, mail)| (label, classify(mail, lexicon)))
        .collect();
    let wanted = |part: String| name.contains(&part) && !HELD_BACK.contains(&name);
    if std::env::var("SHOW").is_ok_and(wanted) {
        answers
            .iter()
            .filter(|(label, answer)| went_wrong(label, answer))
            .for_each(|(label, answer)| {
                println!(
                    "{} is {} {:?}\n  taken for {answer:?}",
                    label.file, label.kind, label.rights
                );
            });
    }
    let scores = score(answers.iter().map(|(label, answer)| (*label, answer)));
    println!("{name}: {} mails\n{scores}", scores.mails);
    scores
}

fn went_wrong(label: &Label, answer: &Classification) -> bool {
    let one = score([(label, answer)]);
    let mut tallies = one.rights.values().chain(one.flags.values());
    tallies.any(|tally| tally.misses + tally.false_alarms > 0) || one.kinds + one.languages + one.on_behalf < 3
}

#[track_caller]
fn expect(scores: &Scores, macro_f1: f64, kinds: f64, most_lost: usize) {
    assert!(
        scores.macro_f1() >= macro_f1,
        "macro-F1 fell to {:.3}",
        scores.macro_f1()
    );
    assert!(
        scores.kind_accuracy() >= kinds,
        "kinds fell to {:.3}",
        scores.kind_accuracy()
    );
    assert!(
        scores.lost.len() <= most_lost,
        "set aside though a case: {:?}",
        scores.lost
    );
}

#[test]
fn the_numbered_mails_are_recognised_and_none_that_opens_a_case_is_set_aside() {
    let scores = measure("numbered", &numbered_mails(), &lexicon());
    expect(&scores, 0.97, 0.95, 0);
    assert_eq!((scores.languages, scores.on_behalf), (scores.mails, scores.mails));
    assert!(scores.flags.values().all(|tally| tally.f1() > 0.99));
    assert!(
        scores.triaged * 7 <= scores.mails,
        "{} mails would wait for a person",
        scores.triaged
    );
}

#[test]
fn mails_that_words_were_learned_from_are_recognised() {
    let lexicon = lexicon();
    for name in ["own.toml", "blind.toml", "blind2.toml", "blind3.toml"] {
        expect(&measure(name, &short_mails(name), &lexicon), 0.95, 0.95, 0);
    }
    let learned = round4().into_iter().filter(|name| !HELD_BACK.contains(&name.as_str()));
    for name in learned {
        expect(&measure(&name, &short_mails(&name), &lexicon), 0.90, 0.95, 0);
    }
    for folder in ["blind/en-7/", "blind/zh-7/"] {
        expect(&measure(folder, &mails_in(folder), &lexicon), 0.95, 0.95, 0);
    }
    for name in [
        "blind/en-8.toml",
        "blind/zh-8.toml",
        "blind/en-9.toml",
        "blind/zh-9.toml",
    ] {
        expect(&measure(name, &short_mails(name), &lexicon), 0.95, 0.95, 0);
    }
    let learning: Vec<_> = learning_mails().into_iter().flat_map(|(_, mails)| mails).collect();
    expect(&measure("learning", &learning, &lexicon), 0.90, 0.95, 8);
}

/// The honest measure: nothing was learned from these mails, and they were written by authors who never saw the lexicon.
#[test]
fn mails_that_nothing_was_learned_from_are_recognised() {
    let lexicon = lexicon();
    for (name, macro_f1, kinds) in [("round4/en-6.toml", 0.74, 0.90), ("round4/zh-6.toml", 0.74, 0.75)] {
        assert!(HELD_BACK.contains(&name));
        expect(&measure(name, &short_mails(name), &lexicon), macro_f1, kinds, 0);
    }
}

/// Nothing was learned from these mails nor chosen with them; their author had seen nothing of ours.
#[test]
fn of_mail_at_first_contact_none_is_lost_and_nearly_every_kind_is_right() {
    let lexicon = lexicon();
    for (name, macro_f1, kinds) in [("blind/en-10.toml", 0.96, 0.98), ("blind/zh-10.toml", 0.94, 0.96)] {
        expect(&measure(name, &short_mails(name), &lexicon), macro_f1, kinds, 0);
    }
}

/// What most people write: the wish alone, and one of the usual names for "my data". None of these sentences was learned from as
/// it stands, and a relative clause ("that you hold about me") is no wish of its own.
#[test]
fn the_plainest_words_for_each_right_invoke_it_and_nothing_else() {
    let scores = measure("plain.toml", &short_mails("plain.toml"), &lexicon());
    assert_eq!(scores.rights.len(), 9, "each right is asked for");
    for (right, tally) in &scores.rights {
        assert_eq!((tally.misses, tally.false_alarms), (0, 0), "{right}");
    }
    assert_eq!(scores.kinds, scores.mails);
    assert!(
        scores.triaged * 10 <= scores.mails,
        "{} wait for a person",
        scores.triaged
    );
}

fn said(text: &str) -> OwnMail {
    OwnMail {
        text: text.to_owned(),
        ..OwnMail::default()
    }
}

fn rights(answer: &Classification) -> Vec<&str> {
    answer.rights.iter().map(|found| found.id.as_str()).collect()
}

#[test]
fn what_is_denied_supposed_or_cited_is_not_invoked() {
    let lexicon = lexicon();
    for text in [
        "I do not want you to delete my account.",
        "What happens if I delete my account?",
        "If a customer writes \"please delete my data\", what is your procedure?",
        "请不要删除我的账号。",
        "如果我注销账号，积分还在吗？",
    ] {
        let answer = classify(&said(text).mail(), &lexicon);
        assert_eq!(rights(&answer), [""; 0], "{text}");
    }
}

#[test]
fn a_denial_reaches_as_far_as_its_clause_and_what_is_denied_is_not_invoked() {
    let lexicon = lexicon();
    for (text, meant) in [
        (
            "I do not want my account deleted, only the address corrected: it is 8 Mill Lane now.",
            "correction",
        ),
        (
            "Please do not delete my profile. I want you to send me a copy of it.",
            "copy",
        ),
        ("别给我注销账号，只要把手机号改成新的。", "correction"),
        ("不是要删除，我想查阅你们保存的我的个人信息。", "access"),
    ] {
        let answer = classify(&said(text).mail(), &lexicon);
        assert_eq!((answer.kind, rights(&answer)), (Kind::Request, vec![meant]), "{text}");
    }
}

#[test]
fn acts_on_orders_invoices_and_applications_invoke_nothing() {
    let lexicon = lexicon();
    for text in [
        "Please delete my last order, I clicked twice.",
        "Please correct the invoice, the quantity is wrong, and send a new copy to accounts.",
        "I withdraw my application for the post of clerk.",
        "撤回发票申请，我填错了抬头。",
        "帮我把上一单删掉，别发货。",
        "Bitte stornieren Sie meine Bestellung.",
    ] {
        let answer = classify(&said(text).mail(), &lexicon);
        assert_eq!((answer.kind, rights(&answer)), (Kind::Unrelated, vec![]), "{text}");
    }
}

#[test]
fn small_print_about_deleting_this_mail_invokes_nothing() {
    let print =
        "\n\nThis e-mail is confidential. If you are not the intended recipient, please delete it and do not copy it.";
    let answer = classify(
        &said(&format!(
            "Please correct my date of birth in your records to 4 May 1980.{print}"
        ))
        .mail(),
        &lexicon(),
    );
    assert_eq!(rights(&answer), ["correction"]);
}

#[test]
fn a_machine_that_invokes_a_right_is_put_before_a_person_and_a_plain_one_is_not() {
    let lexicon = lexicon();
    let auto = |text: &str| {
        classify(
            &OwnMail {
                auto: Some("auto-generated".to_owned()),
                ..said(text)
            }
            .mail(),
            &lexicon,
        )
    };
    let form = auto("Contact form: please delete my account and all my data.");
    assert_eq!(
        (form.kind, form.needs_triage, rights(&form)),
        (Kind::Request, true, vec!["deletion"])
    );
    let away = auto("I am out of the office until Monday.");
    assert_eq!((away.kind, away.needs_triage), (Kind::Automatic, false));
}

#[test]
fn a_wish_between_the_lines_among_other_business_is_guessed() {
    let answer = classify(
        &said("The invoice is paid, thank you. I should be glad if my old file had gone through the shredder.").mail(),
        &lexicon(),
    );
    assert_eq!((answer.kind, rights(&answer)), (Kind::Request, vec!["deletion"]));
    let answer = classify(
        &said("I was rung up at dinner about roofs. I keep no roof. Back off.").mail(),
        &lexicon(),
    );
    assert_eq!((answer.kind, rights(&answer)), (Kind::Request, vec!["restriction"]));
}

#[test]
fn an_answer_to_our_acknowledgement_is_no_machine_s() {
    let mail = OwnMail {
        subject: "Re: We have received your request".to_owned(),
        reply: true,
        ..said("Five weeks and not a word from a human being.")
    };
    assert_eq!(classify(&mail.mail(), &lexicon()).kind, Kind::FollowUp);
}

/// Without thread headers the mark alone tells an answer; what it newly asks for is seen.
#[test]
fn what_an_answer_asks_for_belongs_to_what_it_answers() {
    let lexicon = lexicon();
    for (subject, text) in [
        (
            "回复：查一下我的信息",
            "你们发来的表我看了。既然就这么点东西，那也不必留着了，全给我删了吧。",
        ),
        (
            "Re: What you hold about me",
            "Thank you for the list. Now that I've seen it, please erase all of my data.",
        ),
    ] {
        let mail = OwnMail {
            subject: subject.to_owned(),
            ..said(text)
        };
        let answer = classify(&mail.mail(), &lexicon);
        assert_eq!(
            (answer.kind, rights(&answer)),
            (Kind::FollowUp, vec!["deletion"]),
            "{subject}"
        );
    }
}

#[test]
fn what_may_be_a_case_is_not_proposed_as_unrelated() {
    let lexicon = lexicon();
    for (subject, text) in [
        ("退订", "TD"),
        ("?", "TD"),
        (
            "My manager",
            "My manager reads out our sick days in the morning meeting to all. I feel very bad.",
        ),
        (
            "Re your invoice",
            "It is paid. Nobody needs our gate code any longer, I'd be glad to hear it is on nobody's phone.",
        ),
    ] {
        let mail = OwnMail {
            subject: subject.to_owned(),
            ..said(text)
        };
        let answer = classify(&mail.mail(), &lexicon);
        assert!(answer.kind.opens_case(), "{subject}: {answer:?}");
    }
}

#[test]
fn what_was_asked_earlier_is_not_asked_anew() {
    let told = classify(
        &said("I wrote to you in May asking for a copy of my file.").mail(),
        &lexicon(),
    );
    assert_eq!((told.kind, rights(&told)), (Kind::FollowUp, vec![]));
}

#[test]
fn a_forwarded_wish_counts_only_when_it_is_made_ones_own() {
    let lexicon = lexicon();
    let quoted = "From: Anna\n\nPlease erase my account.".to_owned();
    let forward = |text: &str| {
        classify(
            &OwnMail {
                quoted: quoted.clone(),
                ..said(text)
            }
            .mail(),
            &lexicon,
        )
    };
    assert_eq!(rights(&forward("Please deal with the request below.")), ["deletion"]);
    assert_eq!(rights(&forward("Thanks, see you at the meeting on Friday.")), [""; 0]);
}

#[test]
fn a_short_wish_under_a_short_subject_is_a_request() {
    let lexicon = lexicon();
    for (subject, text, meant) in [
        ("您好", "請刪除帳號", "deletion"),
        ("Hi", "請刪除帳號。", "deletion"),
        ("?", "请更正电话", "correction"),
        ("hi", "delete my account pls", "deletion"),
        ("", "Copy of my file please.", "copy"),
    ] {
        let mail = OwnMail {
            subject: subject.to_owned(),
            ..said(text)
        };
        let answer = classify(&mail.mail(), &lexicon);
        assert_eq!((answer.kind, rights(&answer)), (Kind::Request, vec![meant]), "{text}");
    }
}

#[test]
fn where_characters_are_uncertain_only_the_lexicon_speaks() {
    let learned = lexicon();
    let mut mail =
        said("Mine burnt with the house. The ones you wrote about my knee would help my lawyer a lot.").mail();
    assert_ne!(classify(&mail, &learned), classify(&mail, &patterns()));
    mail.characters = Characters::Uncertain;
    assert_eq!(classify(&mail, &learned), classify(&mail, &patterns()));
}

#[test]
fn a_wish_hidden_among_other_business_is_not_set_aside() {
    let lexicon = lexicon();
    for text in [
        "The drill you sent is broken, please send a new one or refund me. The invoice is attached. Your courier rings me \
         at night to chat: stop using my number for anything but deliveries. I am at home from five.",
        "热水器漏水，师傅来了两次没修好，请换一台，不换就退款，发票还在。另外，安装时拍我家的照片请你们删掉。等电话。",
    ] {
        let answer = classify(&said(text).mail(), &lexicon);
        assert!(answer.kind.opens_case(), "{answer:?}");
    }
}

/// Two seconds are the rule; without optimisation, on a busy machine, it takes longer.
#[test]
fn a_megabyte_made_to_cost_the_most_is_read_in_bounded_time() {
    let lexicon = lexicon();
    let most = std::time::Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 2 });
    for piece in [
        "do not delete my data ",
        "not not not my my my delete delete data ",
        "please delete, my, data, \"please\" delete ",
        "not send me my my name my photo to my new my name ",
        "别删我的信息，不要给我发我的资料，",
        "请把我的我的我的信息信息信息发给给给给新医院",
        "bitte nicht löschen meine meine Daten Daten ",
        "? ? ? \" \" ",
    ] {
        let mut mail = said("").mail();
        mail.own_text = piece.repeat(1024 * 1024 / piece.len());
        let begun = std::time::Instant::now();
        classify(&mail, &lexicon);
        let taken = begun.elapsed();
        println!("{piece:?}: {taken:?}");
        assert!(taken < most, "{piece:?} took {taken:?}");
    }
}

#[test]
fn every_finding_shows_the_words_as_they_were_written() {
    let answer = classify(&said("Kindly ERASE my  Profile at once.").mail(), &lexicon());
    assert!(
        answer.rights[0]
            .words
            .iter()
            .any(|words| words.contains("ERASE my  Profile")),
        "{answer:?}"
    );
    let answer = classify(&said("請刪除我的帳號").mail(), &lexicon());
    assert!(
        answer.rights[0]
            .words
            .iter()
            .any(|words| words.contains("刪除我的帳號")),
        "{answer:?}"
    );
}

#[test]
fn a_name_no_statement_defines_is_a_mistake_with_its_line() {
    let broken = written_lexicon().replacen(
        "[language.en.rights]\ndeletion = [",
        "[language.en.rights]\nvanishing = [",
        1,
    );
    let mistakes = Lexicon::parse(&broken, "lexicon.toml", &KNOWN).unwrap_err();
    assert_eq!(mistakes.len(), 1);
    assert!(mistakes[0].what.contains("`vanishing`") && mistakes[0].cure.contains("deletion"));
    let line = broken.lines().position(|line| line == "vanishing = [").unwrap() + 1;
    assert_eq!(mistakes[0].line, line + 1, "the first pattern of the unknown right");
}

#[test]
fn an_empty_phrase_an_unknown_class_and_a_broken_reference_are_told_together() {
    let broken = written_lexicon()
        .replacen("reference = 'DSR-", "reference = '(DSR-", 1)
        .replacen("login = \"password, ", "login = \"password,, ", 1)
        .replacen("criminal = [\"crime\"]", "criminal = [\"felony\"]", 1);
    let mistakes = Lexicon::parse(&broken, "lexicon.toml", &KNOWN).unwrap_err();
    let told = mistakes.iter().map(Mistake::to_string).collect::<String>();
    assert!(
        told.contains("regular expression") && told.contains("phrase is empty") && told.contains("`felony`"),
        "{told}"
    );
    assert!(mistakes.iter().all(|mistake| mistake.line > 0));
}
