//! Signing in with tokens: one that ends early is renewed, one that was given anew survives a restart, and a refusal says
//! what to do.

use std::time::Duration;

use habeas::config::{GrantKind, OAuth2};
use habeas::mail::mailbox::{self, After, ImapSettings, MailboxError};
use habeas::mail::oauth::Accounts;
use habeas::mail::sign_in::Proof;
use habeas::mail::tls::Security;
use habeas::mail::transport::{Sent, SmtpSettings, Transport};
use habeas::now::Now;
use habeas::store::{Store, Vault};
use tempfile::TempDir;

use super::authorisation::Authorisation;
use super::dovecot::{Dovecot, Kind, USER};
use super::smtp::SmtpSink;

/// A store in a folder of its own.
struct Ground(TempDir);

impl Ground {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// What a started program has: no token in memory, and what the store kept.
    fn accounts(&self) -> Accounts {
        let vault = Vault::open_or_create(&self.0.path().join("master.key")).unwrap();
        let url = format!("sqlite://{}", self.0.path().join("habeas.db").display());
        Accounts::new(Store::open(&url, vault).unwrap(), Now::machine())
    }
}

fn oauth2(authorisation: &Authorisation) -> OAuth2 {
    OAuth2 {
        grant: GrantKind::RefreshToken,
        token_url: authorisation.token_url(),
        client_id: "habeas".to_owned(),
        client_secret: String::new(),
        refresh_token: "consent-0".to_owned(),
        scope: String::new(),
        ca_file: None,
    }
}

fn imap(server: &Dovecot, proof: Proof) -> ImapSettings {
    ImapSettings {
        host: "localhost".to_owned(),
        port: server.tls_port,
        security: Security::Tls,
        extra_ca: Some(server.authority.clone()),
        user: USER.to_owned(),
        proof,
        folders: vec!["INBOX".to_owned()],
        untouched: Vec::new(),
        after: After::Keep,
        poll: Duration::from_secs(60),
    }
}

fn smtp(server: &SmtpSink, proof: Proof) -> Transport {
    let settings = SmtpSettings {
        host: "localhost".to_owned(),
        port: server.tls_port,
        security: Security::Tls,
        extra_ca: Some(server.authority.clone()),
        login: Some((USER.to_owned(), proof)),
        timeout: Duration::from_secs(20),
    };
    Transport::smtp(&settings).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dovecot; .ci/run runs it"]
async fn a_mailbox_opens_by_either_mechanism_and_a_token_that_ends_early_is_renewed_once() {
    for mechanisms in ["xoauth2 oauthbearer", "oauthbearer"] {
        let authorisation = Authorisation::start();
        let server = Dovecot::start_as(&Kind::Tokens(&authorisation, mechanisms));
        let ground = Ground::new();
        let accounts = ground.accounts();
        let settings = imap(&server, accounts.proof("", Some(&oauth2(&authorisation))));
        for _ in 0..2 {
            mailbox::check(&settings).await.unwrap();
        }
        assert_eq!(authorisation.given(), 1, "{mechanisms}: the token is kept in memory");
        authorisation.forget_tokens();
        mailbox::check(&settings).await.unwrap();
        assert_eq!(authorisation.given(), 2, "{mechanisms}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dovecot; .ci/run runs it"]
async fn what_a_server_says_of_a_token_it_refuses_is_told() {
    for mechanisms in ["xoauth2", "oauthbearer"] {
        let authorisation = Authorisation::start();
        authorisation.distrust();
        let server = Dovecot::start_as(&Kind::Tokens(&authorisation, mechanisms));
        let ground = Ground::new();
        let settings = imap(&server, ground.accounts().proof("", Some(&oauth2(&authorisation))));
        let refused = mailbox::check(&settings).await.unwrap_err();
        assert!(matches!(refused, MailboxError::TokenRefused { .. }), "{refused}");
        let said = refused.to_string();
        assert!(said.contains("status ") && said.contains("consented"), "{said}");
        assert!(!said.contains("access-") && !said.contains("consent-"), "{said}");
        assert_eq!(authorisation.given(), 2, "renewed once, and not again and again");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dovecot; .ci/run runs it"]
async fn a_refresh_token_given_anew_survives_a_restart_and_a_consent_taken_back_says_what_to_do() {
    let authorisation = Authorisation::start();
    let server = Dovecot::start_as(&Kind::Tokens(&authorisation, "xoauth2"));
    let ground = Ground::new();
    for restart in 1..=3 {
        let settings = imap(&server, ground.accounts().proof("", Some(&oauth2(&authorisation))));
        mailbox::check(&settings).await.unwrap();
        assert_eq!(authorisation.given(), restart);
    }
    authorisation.take_consent_back();
    let settings = imap(&server, ground.accounts().proof("", Some(&oauth2(&authorisation))));
    let said = mailbox::check(&settings).await.unwrap_err().to_string();
    assert!(
        said.contains("Consent once more") && said.contains("AADSTS70008"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs aiosmtpd; .ci/run runs it"]
async fn letters_leave_by_token_and_wait_while_none_is_taken() {
    let authorisation = Authorisation::start();
    let server = SmtpSink::with_tokens(&authorisation);
    let ground = Ground::new();
    let accounts = ground.accounts();
    let transport = smtp(&server, accounts.proof("", Some(&oauth2(&authorisation))));
    let letter = b"From: privacy@example.com\r\n\r\nHello.\r\n";
    for _ in 0..2 {
        let sent = transport.send(None, "ann@example.org", letter).await;
        assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
        authorisation.forget_tokens();
    }
    assert_eq!(authorisation.given(), 2);
    authorisation.distrust();
    let sent = transport.send(None, "ann@example.org", letter).await;
    assert!(
        matches!(&sent, Sent::NoWay { why } if why.contains("scope mail.send") && why.contains("SMTP AUTH")),
        "{sent:?}"
    );
    authorisation.take_consent_back();
    let sent = transport.send(None, "ann@example.org", letter).await;
    assert!(
        matches!(&sent, Sent::NoWay { why } if why.contains("Consent once more")),
        "{sent:?}"
    );
    assert!(server.kept(2).is_some() && server.kept(3).is_none());
}
