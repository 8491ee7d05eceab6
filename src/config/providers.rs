//! What is known of large mail providers: servers, ports, and how they let programs in. All facts are in `providers.toml`.

use std::sync::LazyLock;

use serde::Deserialize;
use toml::{Table, Value};

/// A provider of mailboxes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// What the setting `provider` calls it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where a mailbox is read: `host`, `port`, `line`.
    pub imap: Table,
    /// Where mail is handed over: `host`, `port`, `line`.
    pub smtp: Table,
    /// What it takes in place of an account's password.
    pub sign_in: SignIn,
    /// `token_url`, and `scope` for each grant, where it gives tokens.
    pub oauth2: Option<TokenFacts>,
    /// What it calls the folder of junk mail.
    pub junk: String,
    /// What to do first, in English.
    pub advice: String,
    /// What to do first, in Chinese.
    pub advice_zh: String,
    /// The pages that these facts are from.
    pub sources: Vec<String>,
}

/// What a provider takes as proof of who we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignIn {
    /// A password made for one program; tokens too where `oauth2` is given.
    AppPassword,
    /// A token alone.
    #[serde(rename = "oauth2")]
    OAuth2,
}

/// Where and for what tokens are asked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenFacts {
    /// The address for a consent's refresh token.
    pub token_url: String,
    /// The scope for a refresh token.
    pub scope: String,
    /// The scope for client credentials, where the provider knows them; their `token_url` has the tenant in it.
    #[serde(default)]
    pub client_credentials_scope: String,
}

/// What a server's refusal means.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Words of the server, in small letters; one of them is enough.
    pub says: Vec<String>,
    /// What to do, in English.
    pub advice: String,
    /// What to do, in Chinese.
    pub advice_zh: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Book {
    provider: Vec<Provider>,
    refusal: Vec<Refusal>,
}

/// Embedded and tested: a book that does not read would be an empty one.
static BOOK: LazyLock<Book> = LazyLock::new(|| toml::from_str(include_str!("providers.toml")).unwrap_or_default());

/// All providers.
pub fn all() -> &'static [Provider] {
    &BOOK.provider
}

/// A provider by its name in the settings.
pub fn find(id: &str) -> Option<&'static Provider> {
    BOOK.provider.iter().find(|provider| provider.id == id)
}

/// What a server's refusal means, as far as it is known.
pub fn explain(said: &str) -> Option<&'static Refusal> {
    let said = said.to_lowercase();
    BOOK.refusal
        .iter()
        .find(|refusal| refusal.says.iter().any(|words| said.contains(words)))
}

/// Fills what a settings file leaves out from the providers it names, and says whether it names any.
///
/// # Errors
/// A sentence when it names one that is not known.
pub(super) fn fill(settings: &mut Table) -> Result<bool, String> {
    let mut filled = false;
    if let Some(Value::Array(mailboxes)) = settings.get_mut("mailbox") {
        for mailbox in mailboxes.iter_mut().filter_map(Value::as_table_mut) {
            filled |= fill_one(mailbox, |provider| &provider.imap)?;
        }
    }
    if let Some(Value::Table(smtp)) = settings.get_mut("smtp") {
        filled |= fill_one(smtp, |provider| &provider.smtp)?;
    }
    Ok(filled)
}

fn fill_one(given: &mut Table, facts: impl Fn(&'static Provider) -> &'static Table) -> Result<bool, String> {
    let Some(Value::String(id)) = given.get("provider") else {
        return Ok(false);
    };
    let provider = find(id).ok_or_else(|| {
        let known: Vec<&str> = all().iter().map(|provider| provider.id.as_str()).collect();
        format!(
            "{id:?} is no known provider. Those known are {}; any other server is given by host, port and line.",
            known.join(", ")
        )
    })?;
    for (name, value) in facts(provider) {
        given.entry(name.clone()).or_insert_with(|| value.clone());
    }
    if let (Some(Value::Table(oauth2)), Some(known)) = (given.get_mut("oauth2"), &provider.oauth2) {
        let by_credentials = oauth2.get("grant").and_then(Value::as_str) == Some("client-credentials");
        let (token_url, scope) = if by_credentials {
            ("", &known.client_credentials_scope)
        } else {
            (known.token_url.as_str(), &known.scope)
        };
        for (name, value) in [("token_url", token_url), ("scope", scope.as_str())] {
            oauth2
                .entry(name.to_owned())
                .or_insert_with(|| Value::String(value.to_owned()));
        }
    } else if provider.sign_in == SignIn::OAuth2 {
        return Err(format!(
            "{} takes no passwords from programs. Add a table oauth2 with client_id and refresh_token. {}",
            provider.name, provider.advice
        ));
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::config::{Line, Settings};

    #[test]
    fn the_book_reads_and_every_provider_is_whole() {
        let book: Book = toml::from_str(include_str!("providers.toml")).unwrap();
        assert!(book.provider.len() >= 12, "{}", book.provider.len());
        for provider in &book.provider {
            let id = &provider.id;
            for facts in [&provider.imap, &provider.smtp] {
                assert!(facts["host"].as_str().is_some_and(|host| host.contains('.')), "{id}");
                assert!(facts["port"].as_integer().is_some(), "{id}");
                let line = facts["line"].as_str().unwrap();
                assert!(matches!(line, "tls" | "start-tls"), "{id}: {line}");
                assert_eq!(facts.len(), 3, "{id}");
            }
            if let Some(oauth2) = &provider.oauth2 {
                assert!(oauth2.token_url.starts_with("https://"), "{id}");
            } else {
                assert_eq!(provider.sign_in, SignIn::AppPassword, "{id}");
            }
            assert!(
                provider.advice.ends_with('.') && provider.advice_zh.ends_with('。'),
                "{id}"
            );
            assert!(provider.sources.iter().all(|page| page.starts_with("https://")), "{id}");
            assert!(!provider.sources.is_empty() && !provider.junk.is_empty(), "{id}");
        }
        let mut ids: Vec<&str> = book.provider.iter().map(|provider| provider.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), book.provider.len());
    }

    fn read(text: &str) -> Result<Settings, String> {
        Settings::read(text, "habeas.toml", &BTreeMap::new()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_a_settings_file_leaves_out_is_as_the_provider_has_it() {
        let settings = read(
            "[[mailbox]]\nprovider = \"icloud\"\nuser = \"ann\"\npassword = \"p\"\nport = 1993\n\
             [smtp]\nprovider = \"icloud\"\nuser = \"ann\"\npassword = \"p\"\n",
        )
        .unwrap();
        let (mailbox, smtp) = (&settings.mailbox[0], settings.smtp.unwrap());
        assert_eq!((mailbox.host.as_str(), mailbox.port), ("imap.mail.me.com", 1993));
        assert_eq!((smtp.host.as_str(), smtp.port), ("smtp.mail.me.com", 587));
        assert_eq!(smtp.line, Line::StartTls);
    }

    #[test]
    fn where_a_token_comes_from_is_filled_in_too_but_not_for_another_grant() {
        let table = |grant: &str| {
            format!(
                "[[mailbox]]\nprovider = \"exchange-online\"\nuser = \"a@example.com\"\n[mailbox.oauth2]\n\
                 client_id = \"c\"\n{grant}"
            )
        };
        let settings = read(&table("refresh_token = \"r\"")).unwrap();
        let oauth2 = settings.mailbox[0].oauth2.as_ref().unwrap();
        assert!(oauth2.token_url.contains("/organizations/") && oauth2.scope.contains("offline_access"));
        let refused = read(&table("grant = \"client-credentials\"\nclient_secret = \"s\"")).unwrap_err();
        assert!(refused.contains("tenant"), "{refused}");
    }

    #[test]
    fn what_cannot_work_is_refused_in_words() {
        let mailbox = "[[mailbox]]\nuser = \"a@example.com\"\n";
        let oauth2 = "host = \"imap.example.com\"\n[mailbox.oauth2]\nclient_id = \"c\"\n";
        for (rest, says) in [
            ("provider = \"gmial\"".to_owned(), "gmail, outlook"),
            (
                "provider = \"outlook\"\npassword = \"p\"".to_owned(),
                "takes no passwords",
            ),
            (oauth2.to_owned(), "token_url is empty"),
            (
                format!("{oauth2}token_url = \"http://example.com/token\""),
                "not protected",
            ),
            (
                format!("{oauth2}token_url = \"https://example.com/token\""),
                "HABEAS_IMAP_OAUTH2_REFRESH_TOKEN",
            ),
            (
                format!("{oauth2}grant = \"client-credentials\"\ntoken_url = \"https://example.com/token\""),
                "HABEAS_IMAP_OAUTH2_SECRET",
            ),
            (format!("{oauth2}grant = \"password\""), "refresh-token"),
            ("host = \"imap.example.com\"\nprot = 3".to_owned(), "line 4"),
        ] {
            let refused = read(&format!("{mailbox}{rest}\n")).unwrap_err();
            assert!(refused.contains(says), "{rest}: {refused}");
        }
    }

    #[test]
    fn secrets_come_from_the_environment_as_well() {
        let text = "[[mailbox]]\nprovider = \"gmail\"\nuser = \"a@example.com\"\n[mailbox.oauth2]\nclient_id = \"c\"\n";
        let environment = [
            ("HABEAS_IMAP_OAUTH2_SECRET", "secret"),
            ("HABEAS_IMAP_OAUTH2_REFRESH_TOKEN", "token"),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let settings = Settings::read(text, "habeas.toml", &environment.into()).unwrap();
        let oauth2 = settings.mailbox[0].oauth2.as_ref().unwrap();
        assert_eq!(
            (oauth2.client_secret.as_str(), oauth2.refresh_token.as_str()),
            ("secret", "token")
        );
    }

    #[test]
    fn a_refusal_is_explained_by_the_servers_own_words() {
        for (said, about) in [
            ("534 5.7.9 Application-specific password required.", "app password"),
            (
                "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
                "SMTP AUTH",
            ),
            ("[ALERT] Your account is not enabled for IMAP use", "IMAP"),
            (
                "Login fail. Account is abnormal, service is not open, password is incorrect",
                "授权码",
            ),
            ("SELECT Unsafe Login. Please contact kefu@188.com for help", "授权码"),
        ] {
            let refusal = explain(said).unwrap_or_else(|| panic!("{said} is not explained"));
            assert!(
                refusal.advice.contains(about) || refusal.advice_zh.contains(about),
                "{said}: {}",
                refusal.advice
            );
        }
        assert!(explain("The mailbox is busy.").is_none());
        let small = BOOK.refusal.iter().flat_map(|refusal| &refusal.says);
        small.for_each(|words| assert_eq!(*words, words.to_lowercase()));
    }
}
