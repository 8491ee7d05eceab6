//! Handing mail to a real server: what counts as sent, refused, postponed, and unknown.

use std::time::Duration;

use habeas::mail::sign_in::Proof;
use habeas::mail::tls::Security;
use habeas::mail::transport::{Sent, SmtpSettings, Transport};

use super::smtp::{Manner, SmtpSink};

const LETTER: &[u8] =
    b"From: privacy@example.com\r\nSubject: Your request\r\n\r\nDear Ann,\r\n.\r\n..two\r\nFrom here on.\r\n";

fn settings(server: &SmtpSink, security: Security) -> SmtpSettings {
    SmtpSettings {
        host: "localhost".to_owned(),
        port: if security == Security::Tls {
            server.tls_port
        } else {
            server.port
        },
        security,
        extra_ca: Some(server.authority.clone()),
        login: Some(("privacy".to_owned(), Proof::Password("not-a-secret".to_owned()))),
        timeout: Duration::from_secs(10),
    }
}

async fn send(settings: &SmtpSettings, from: Option<&str>) -> Sent {
    Transport::smtp(settings)
        .unwrap()
        .send(from, "ann@example.org", LETTER)
        .await
}

#[tokio::test]
#[ignore = "needs aiosmtpd; .ci/run runs it"]
async fn a_letter_arrives_byte_for_byte_over_every_kind_of_line() {
    let server = SmtpSink::start();
    for (number, security) in [
        (1, Security::Tls),
        (2, Security::StartTls),
        (3, Security::PlainLoopback),
    ] {
        let sent = send(&settings(&server, security), Some("privacy@example.com")).await;
        assert!(
            matches!(&sent, Sent::Accepted { reply } if reply.contains("kept")),
            "{security:?}: {sent:?}"
        );
        let (raw, envelope) = server.kept(number).unwrap();
        assert_eq!(raw, LETTER, "{security:?}");
        assert_eq!(
            (&envelope["from"], &envelope["to"][0]),
            (&"privacy@example.com".into(), &"ann@example.org".into())
        );
    }
}

#[tokio::test]
#[ignore = "needs aiosmtpd; .ci/run runs it"]
async fn the_null_sender_goes_out_as_such() {
    let server = SmtpSink::start();
    send(&settings(&server, Security::Tls), None).await;
    assert_eq!(server.kept(1).unwrap().1["from"], "<>");
}

#[tokio::test]
#[ignore = "needs aiosmtpd; .ci/run runs it"]
async fn each_answer_of_the_server_has_its_own_outcome() {
    let server = SmtpSink::start();
    let settings = settings(&server, Security::StartTls);
    server.answer(Manner::Defer);
    let sent = send(&settings, None).await;
    assert!(
        matches!(&sent, Sent::Temporary { why } if why.contains("try again later")),
        "{sent:?}"
    );
    for manner in [Manner::Refuse, Manner::RefuseRecipient] {
        server.answer(manner);
        let sent = send(&settings, None).await;
        assert!(
            matches!(&sent, Sent::Permanent { why } if why.contains("550")),
            "{sent:?}"
        );
    }
    server.answer(Manner::Accept);
    assert!(matches!(send(&settings, None).await, Sent::Accepted { .. }));
    assert!(server.kept(2).is_none());
}

#[tokio::test]
#[ignore = "needs aiosmtpd; .ci/run runs it"]
async fn a_lost_answer_is_unknown_only_once_the_content_was_sent() {
    let server = SmtpSink::start();
    let settings = SmtpSettings {
        timeout: Duration::from_secs(2),
        ..settings(&server, Security::StartTls)
    };
    server.answer(Manner::SilentRecipient);
    assert!(matches!(send(&settings, None).await, Sent::Temporary { .. }));
    assert!(server.kept(1).is_none());
    for (number, manner) in [(1, Manner::Drop), (2, Manner::Silent)] {
        server.answer(manner);
        let sent = send(&settings, None).await;
        assert!(matches!(sent, Sent::Unknown { .. }), "{manner:?}: {sent:?}");
        assert!(server.kept(number).is_some(), "{manner:?}");
    }
}

#[tokio::test]
#[ignore = "needs aiosmtpd; .ci/run runs it"]
async fn a_wrong_password_keeps_the_letter_and_says_so() {
    let server = SmtpSink::start();
    let mut settings = settings(&server, Security::Tls);
    settings.login = Some(("privacy".to_owned(), Proof::Password("wrong".to_owned())));
    let sent = send(&settings, None).await;
    assert!(matches!(&sent, Sent::NoWay { why } if why.contains("535")), "{sent:?}");
    let told = Transport::smtp(&settings)
        .unwrap()
        .check()
        .await
        .unwrap_err()
        .to_string();
    assert!(told.contains("Check the account"), "{told}");
}

#[tokio::test]
#[ignore = "needs aiosmtpd; .ci/run runs it"]
async fn a_certificate_that_does_not_fit_stops_everything() {
    let server = SmtpSink::start();
    for security in [Security::Tls, Security::StartTls] {
        let good = settings(&server, security);
        assert!(
            Transport::smtp(&good)
                .unwrap()
                .check()
                .await
                .unwrap()
                .contains("signed in")
        );
        let unknown = SmtpSettings {
            extra_ca: None,
            ..good.clone()
        };
        let other_name = SmtpSettings {
            host: "127.0.0.1".to_owned(),
            ..good.clone()
        };
        for wrong in [unknown, other_name] {
            let sent = send(&wrong, None).await;
            assert!(
                matches!(&sent, Sent::NoWay { why } if why.contains("certificate")),
                "{sent:?}"
            );
        }
    }
    assert!(server.kept(1).is_none());
}
