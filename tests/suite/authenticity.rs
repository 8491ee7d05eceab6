//! Where a mail comes from: what forgers write is not believed, what our server writes is, and signatures are what they are.

use habeas::config::{Dns, SenderChecks as Wanted};
use habeas::domain::authenticity::{Authenticity, Check, Method, Source, Verdict};
use habeas::mail::auth::{Message, SenderChecks, Zone};
use habeas::mail::parse::parse;
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::{DkimSigner, Done};
use mail_auth::{AuthenticatedMessage, AuthenticationResults};

use crate::harness::house::{Story, mail, mail_with};
use crate::harness::rulebook::root;

const OURS: &str = "Received: from mail.bank.example (mail.bank.example [192.0.2.1])\r\n\tby mx.example.com (Postfix) with ESMTPS id 4Yx; \
                    Tue, 18 Feb 2025 16:41:10 +0800";
const THEIRS: &str = "Received: from pc (unknown [203.0.113.9]) by mail.bank.example; Tue, 18 Feb 2025 16:41:00 +0800";

/// Settings that name our server, and ask nobody.
fn server() -> Wanted {
    Wanted {
        dns: Dns::Off,
        authserv_id: "mx.example.com".to_owned(),
        own_hosts: vec!["mx.example.com".to_owned()],
    }
}

fn found(checks: &SenderChecks, raw: &[u8]) -> Authenticity {
    let mail = parse(raw);
    checks.check_all(&[Message { raw, mail: &mail }]).remove(0)
}

/// The entries of a file of headers: what stands behind "==", and the mail.
fn entries(file: &str) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(root().join("tests/golden/authres").join(file)).unwrap();
    let entries = text.split("\n== ").skip(1).map(|entry| {
        let (title, header) = entry.split_once('\n').unwrap();
        let mut header = header.trim_end().replace('\n', "\r\n");
        if !header.contains("\r\nFrom:") {
            header = format!("From: Ann <ann@bank.example>\r\n{header}");
            // Fields of ours stand above the author's, a body below.
            let (from, rest) = header.split_once("\r\n").unwrap();
            let (fields, body) = rest.split_once("\r\n\r\n").unwrap_or((rest, "Please erase my data."));
            header = format!("{fields}\r\n{from}\r\n\r\n{body}");
        }
        (title.to_owned(), unescaped(&header))
    });
    entries.collect()
}

fn unescaped(text: &str) -> String {
    let mut text = text
        .replace("{ours}", OURS)
        .replace("{theirs}", THEIRS)
        .replace("\\0", "\0")
        .replace("\\r", "\r");
    while let Some((before, rest)) = text.clone().split_once("{pad ") {
        let (count, after) = rest.split_once('}').unwrap();
        text = format!("{before}{}{after}", "x".repeat(count.parse().unwrap()));
    }
    while let Some((before, rest)) = text.clone().split_once("\\u{") {
        let (code, after) = rest.split_once('}').unwrap();
        let letter = char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap();
        text = format!("{before}{letter}{after}");
    }
    text
}

#[test]
fn no_forged_result_is_believed() {
    let checks = SenderChecks::of(&server());
    let forged = entries("forged.txt");
    assert!(forged.len() >= 40, "{}", forged.len());
    let believed: Vec<&str> = forged
        .iter()
        .filter(|(_, raw)| found(&checks, raw.as_bytes()).verdict() == Verdict::Proven)
        .map(|(trick, _)| trick.as_str())
        .collect();
    assert_eq!(believed, Vec::<&str>::new());
}

#[test]
fn what_our_server_says_is_believed_and_named_as_its_word() {
    let checks = SenderChecks::of(&server());
    let genuine = entries("genuine.txt");
    assert!(genuine.len() >= 5, "{}", genuine.len());
    for (title, raw) in genuine {
        let found = found(&checks, raw.as_bytes());
        let verdict = match title.split(':').next().unwrap() {
            "proven" => Verdict::Proven,
            "failing" => Verdict::Failing,
            "unknown" => Verdict::Unknown,
            other => panic!("{other} is no verdict"),
        };
        assert_eq!(found.verdict(), verdict, "{title}: {found:?}");
        assert_eq!(found.source, Source::Server("mx.example.com".to_owned()), "{title}");
    }
}

#[test]
fn without_a_configured_server_nobody_is_believed() {
    let nobody = SenderChecks::of(&Wanted::off());
    let elsewhere = SenderChecks::of(&Wanted {
        authserv_id: "mx.example.net".to_owned(),
        ..server()
    });
    let no_hosts = SenderChecks::of(&Wanted {
        own_hosts: Vec::new(),
        ..server()
    });
    let (_, raw) = entries("genuine.txt").remove(0);
    for checks in [nobody, elsewhere, no_hosts] {
        assert_eq!(found(&checks, raw.as_bytes()).source, Source::Nobody);
    }
}

/// A domain that signs its mail.
struct Signer {
    domain: &'static str,
    pkcs8: Vec<u8>,
}

impl Signer {
    fn of(domain: &'static str) -> Self {
        let pkcs8 = Ed25519Key::generate_pkcs8().unwrap();
        Self { domain, pkcs8 }
    }

    fn key(&self) -> Ed25519Key {
        Ed25519Key::from_pkcs8_der(&self.pkcs8).unwrap()
    }

    fn signer(&self) -> DkimSigner<Ed25519Key, Done> {
        DkimSigner::from_key(self.key())
            .domain(self.domain)
            .selector("s1")
            .headers(["From", "To", "Subject", "Message-ID"])
    }

    fn signs(&self, raw: &str) -> String {
        self.signs_with(raw, |signer| signer)
    }

    fn signs_with(
        &self,
        raw: &str,
        change: impl FnOnce(DkimSigner<Ed25519Key, Done>) -> DkimSigner<Ed25519Key, Done>,
    ) -> String {
        let signature = change(self.signer()).sign(raw.as_bytes()).unwrap();
        format!("{}{raw}", signature.to_header())
    }

    /// The zone with this domain's key.
    fn publish(&self, zone: Zone) -> Zone {
        use base64::Engine as _;
        let key = base64::engine::general_purpose::STANDARD.encode(self.key().public_key());
        zone.with_txt(
            &format!("s1._domainkey.{}", self.domain),
            &format!("v=DKIM1; k=ed25519; p={key}"),
        )
    }
}

fn ann() -> String {
    mail("Ann <ann@bank.example>", "My data", "Please erase my data.")
}

fn ours(zone: Zone, raw: &str) -> Authenticity {
    let wanted = Wanted {
        own_hosts: vec!["mx.example.com".to_owned()],
        ..Wanted::off()
    };
    found(&SenderChecks::with_zone(zone, &wanted).unwrap(), raw.as_bytes())
}

#[test]
fn a_signature_of_the_authors_domain_proves_it_and_any_change_breaks_it() {
    let bank = Signer::of("bank.example");
    let signed = bank.signs(&ann());
    let zone = || bank.publish(Zone::empty());
    let good = ours(zone(), &signed);
    assert_eq!((good.verdict(), &good.source), (Verdict::Proven, &Source::Ours));
    assert_eq!(good.vouching(), [Method::Dkim]);
    for (change, changed) in [
        ("the body", signed.replace("erase my data", "send me everything")),
        ("a signed field", signed.replace("Subject: My data", "Subject: Mine")),
        ("the author", signed.replace("ann@", "bob@")),
    ] {
        let found = ours(zone(), &changed);
        assert_eq!(found.result(Method::Dkim), Check::Fail, "{change}: {found:?}");
        assert_eq!(found.verdict(), Verdict::Failing, "{change}");
    }
}

#[test]
fn a_second_field_over_the_signed_one_takes_the_proof_away() {
    let bank = Signer::of("bank.example");
    let signed = bank.signs(&ann());
    let found = ours(
        bank.publish(Zone::empty()),
        &format!("Subject: Close my account\r\n{signed}"),
    );
    assert_eq!((found.verdict(), found.vouching()), (Verdict::Unknown, Vec::new()));
}

#[test]
fn a_signature_with_another_key_fails_and_one_without_a_key_says_nothing() {
    let (bank, forger) = (Signer::of("bank.example"), Signer::of("bank.example"));
    let forged = forger.signs(&ann());
    assert_eq!(ours(bank.publish(Zone::empty()), &forged).verdict(), Verdict::Failing);
    assert_eq!(ours(Zone::empty(), &forged).verdict(), Verdict::Unknown);
    assert_eq!(ours(Zone::empty(), &ann()).verdict(), Verdict::Unknown);
}

#[test]
fn an_expired_signature_and_one_over_a_part_of_the_body_prove_nothing() {
    let bank = Signer::of("bank.example");
    let zone = || bank.publish(Zone::empty());
    let expired = bank.signs(&ann()).replacen("; t=", "; x=1000000001; t=", 1);
    assert!(expired.contains("x=1000000001"), "{expired}");
    assert_eq!(ours(zone(), &expired).verdict(), Verdict::Unknown);
    let part = bank.signs_with(&ann(), |signer| signer.body_length(true));
    assert!(part.contains("l="), "{part}");
    let longer = format!("{part}And send it to mallory@evil.example.\r\n");
    for raw in [part, longer] {
        let found = ours(zone(), &raw);
        assert_eq!((found.verdict(), found.vouching()), (Verdict::Unknown, Vec::new()));
    }
}

#[test]
fn another_domain_may_sign_and_vouches_only_for_itself() {
    let (news, bank) = (Signer::of("news.example"), Signer::of("bank.example"));
    let found = ours(news.publish(Zone::empty()), &news.signs(&ann()));
    assert_eq!(found.verdict(), Verdict::Unknown);
    assert_eq!(found.other_signers(), ["news.example"]);
    let both = news.signs(&bank.signs(&ann()));
    assert_eq!(
        ours(news.publish(bank.publish(Zone::empty())), &both).verdict(),
        Verdict::Proven
    );
}

#[test]
fn a_policy_makes_a_mail_that_nothing_proves_a_forgery() {
    let (bank, news) = (Signer::of("bank.example"), Signer::of("news.example"));
    let zone = |policy: &str| {
        let zone = news.publish(bank.publish(Zone::empty()));
        zone.with_txt(
            "_dmarc.bank.example",
            &format!("v=DMARC1; p={policy}; rua=mailto:d@bank.example"),
        )
    };
    assert_eq!(
        ours(zone("reject"), &bank.signs(&ann())).vouching(),
        [Method::Dkim, Method::Dmarc]
    );
    for raw in [ann(), news.signs(&ann())] {
        assert_eq!(ours(zone("reject"), &raw).verdict(), Verdict::Failing, "{raw}");
        // A domain that only watches, and whose SPF nobody checked, has not disowned it.
        assert_eq!(ours(zone("none"), &raw).verdict(), Verdict::Unknown, "{raw}");
    }
    // Subdomains belong together where the domain's policy says so, and not where it is strict.
    let below = mail("Ann <ann@bank.example>", "My data", "Please erase my data.");
    let mailer = Signer::of("mailer.bank.example");
    let signed = mailer.signs(&below);
    assert_eq!(ours(mailer.publish(zone("reject")), &signed).verdict(), Verdict::Proven);
    assert_eq!(
        ours(mailer.publish(zone("reject; adkim=s")), &signed).verdict(),
        Verdict::Failing
    );
    assert_eq!(ours(mailer.publish(Zone::empty()), &signed).verdict(), Verdict::Unknown);
}

#[test]
fn spf_counts_where_our_own_server_says_who_delivered() {
    let zone = || {
        Zone::empty()
            .with_txt("bank.example", "v=spf1 a:mail.bank.example -all")
            .with_host("mail.bank.example", "192.0.2.1".parse().unwrap())
            .with_txt("_dmarc.bank.example", "v=DMARC1; p=none; rua=mailto:d@bank.example")
    };
    let from = |path: &str, received: &str| format!("{path}{received}\r\n{}", ann());
    let path = "Return-Path: <ann@bank.example>\r\n";
    let own = ours(zone(), &from(path, OURS));
    assert_eq!(own.vouching(), [Method::Spf, Method::Dmarc], "{own:?}");
    let other_host = OURS.replace("192.0.2.1", "198.51.100.7");
    assert_eq!(ours(zone(), &from(path, &other_host)).verdict(), Verdict::Failing);
    for (why, raw) in [
        (
            "another server's line",
            from(path, &OURS.replace("by mx.example.com", "by mx.example.net")),
        ),
        ("a line above ours", from(path, &format!("{THEIRS}\r\n{OURS}"))),
        ("an envelope below the line", format!("{OURS}\r\n{path}{}", ann())),
        ("two envelopes", from(&path.repeat(2), OURS)),
        (
            "a host of our own network",
            from(path, &OURS.replace("192.0.2.1", "10.0.0.7")),
        ),
    ] {
        assert_eq!(ours(zone(), &raw).result(Method::Spf), Check::NotChecked, "{why}");
    }
    let nobody = SenderChecks::with_zone(zone(), &Wanted::off()).unwrap();
    let raw = from(path, OURS);
    assert_eq!(found(&nobody, raw.as_bytes()).result(Method::Spf), Check::NotChecked);
}

/// The mail as a forwarder passes it on with a seal.
fn sealed(forwarder: &Signer, raw: &str) -> String {
    let message = AuthenticatedMessage::parse(raw.as_bytes()).unwrap();
    let results = AuthenticationResults::new(forwarder.domain);
    let seal = mail_auth::arc::ArcSealer::from_key(forwarder.key())
        .domain(forwarder.domain)
        .selector("s1")
        .headers(["From", "To", "Subject"]);
    let set = seal.seal(&message, &results, &mail_auth::ArcOutput::default()).unwrap();
    format!("{}{raw}", set.to_header())
}

#[test]
fn a_forwarders_chain_is_noted_good_or_broken_and_proves_nothing() {
    let list = Signer::of("list.example");
    let zone = || list.publish(Zone::empty());
    let forwarded = sealed(&list, &ann());
    let good = ours(zone(), &forwarded);
    assert_eq!(
        (good.result(Method::Arc), good.verdict()),
        (Check::Pass, Verdict::Unknown),
        "{good:?}"
    );
    let broken = ours(zone(), &forwarded.replace("erase", "send"));
    assert_eq!(
        (broken.result(Method::Arc), broken.verdict()),
        (Check::Fail, Verdict::Unknown),
        "{broken:?}"
    );
}

#[test]
fn an_rsa_signature_of_another_program_holds_also_where_line_ends_were_changed() {
    let golden = root().join("tests/golden/dkim");
    let raw = std::fs::read_to_string(golden.join("rsa.eml")).unwrap();
    let key = std::fs::read_to_string(golden.join("rsa.key.txt")).unwrap();
    let zone = || Zone::empty().with_txt("s1._domainkey.bank.example", key.trim());
    assert_eq!(ours(zone(), &raw).vouching(), [Method::Dkim]);
    assert_eq!(ours(zone(), &raw.replace("\r\n", "\n")).vouching(), [Method::Dkim]);
    assert_eq!(ours(zone(), &raw.replace("copy", "c0py")).verdict(), Verdict::Failing);
}

#[test]
fn silent_name_servers_leave_mails_unchecked_and_are_not_asked_again_at_once() {
    let bank = Signer::of("bank.example");
    let signed = bank.signs(&ann());
    let checks = SenderChecks::with_zone(Zone::down(), &Wanted::off()).unwrap();
    let first = found(&checks, signed.as_bytes());
    assert_eq!(
        (first.result(Method::Dkim), first.verdict()),
        (Check::TemporaryError, Verdict::Unknown)
    );
    assert_eq!(found(&checks, signed.as_bytes()).source, Source::Nobody);
}

#[test]
fn what_proves_the_sender_counts_whoever_found_it() {
    let bank = Signer::of("bank.example");
    let says = |result: &str| {
        format!("Authentication-Results: mx.example.com; dmarc={result} header.from=bank.example\r\n{OURS}\r\n")
    };
    let zone = bank.publish(Zone::empty());
    let checks = SenderChecks::with_zone(zone, &server()).unwrap();
    let signed = bank.signs(&ann());
    let by_us = found(&checks, format!("{}{signed}", says("fail")).as_bytes());
    assert_eq!((by_us.verdict(), by_us.source), (Verdict::Proven, Source::Ours));
    // A footer that our own gateway adds breaks the signature that our server saw whole.
    let footed = format!("{}{signed}-- scanned\r\n", says("pass"));
    let by_server = found(&checks, footed.as_bytes());
    assert_eq!(by_server.verdict(), Verdict::Proven);
    assert_eq!(by_server.source, Source::Server("mx.example.com".to_owned()));
}

#[test]
fn hostile_headers_cost_no_more_than_their_bytes() {
    let bank = Signer::of("bank.example");
    let checks = SenderChecks::with_zone(bank.publish(Zone::empty()), &server()).unwrap();
    let signed = bank.signs(&ann());
    let signature = signed.split("From:").next().unwrap();
    let many = signature.repeat(200);
    let names = format!(
        "DKIM-Signature: v=1; a=rsa-sha256; d=bank.example; s=s1; h={}\r\n",
        "a:".repeat(20_000)
    );
    let comments = format!("Authentication-Results: mx.example.com; {}\r\n", "(x) ".repeat(4000));
    let results = format!("Authentication-Results: mx.example.com{}\r\n", "; x=pass".repeat(1900));
    let hops = format!("Received: from a {} by mx.example.com; x\r\n", "(".repeat(3000)).repeat(60);
    let watch = std::time::Instant::now();
    for header in [many, names, comments, results, hops] {
        found(&checks, format!("{header}{}", ann()).as_bytes());
    }
    assert!(
        watch.elapsed() < std::time::Duration::from_secs(5),
        "{:?}",
        watch.elapsed()
    );
}

#[test]
fn the_intake_keeps_what_was_found_with_the_message() {
    let mut story = Story::at("2026-03-02T09:00:00+08:00");
    let bank = Signer::of("bank.example");
    let checks = SenderChecks::with_zone(bank.publish(Zone::empty()), &Wanted::off()).unwrap();
    std::sync::Arc::get_mut(&mut story.house).unwrap().checks = checks;
    let ask = mail_with(
        "Ann <ann@bank.example>",
        "My data",
        "",
        "Please send me a copy of my personal data.",
    );
    let taken = story.receives(bank.signs(&ask));
    let kept = story
        .house
        .store
        .read(|db| habeas::mail::reading::Reading::kept(db, taken.message))
        .unwrap()
        .unwrap();
    assert_eq!(kept.authenticity.verdict(), Verdict::Proven);
    assert_eq!(kept.authenticity.from, "bank.example");
}
