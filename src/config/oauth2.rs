//! How a token is asked for where a mail server takes no password: the settings `oauth2` of a mailbox and of `smtp`.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

use super::{SettingsError, is_loopback_host};

/// What the provider granted us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GrantKind {
    /// The account's owner consented once (RFC 6749, section 6).
    RefreshToken,
    /// An administrator let the program in for good (RFC 6749, section 4.4).
    ClientCredentials,
}

/// Where and how a token is asked for.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuth2 {
    /// What was granted.
    #[serde(default = "refresh_token")]
    pub grant: GrantKind,
    /// The provider's token address, https unless it is this machine.
    #[serde(default)]
    pub token_url: String,
    /// The number under which the program is registered with the provider.
    pub client_id: String,
    /// Its secret; or the variable. Empty for a public client.
    #[serde(default)]
    pub client_secret: String,
    /// What the consent gave; or the variable.
    #[serde(default)]
    pub refresh_token: String,
    /// What the token is for, in the provider's words.
    #[serde(default)]
    pub scope: String,
    /// A file with the certificates to trust for `token_url` in place of the public ones, in PEM.
    pub ca_file: Option<PathBuf>,
}

impl fmt::Debug for OAuth2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OAuth2({:?} at {:?})", self.grant, self.token_url)
    }
}

impl OAuth2 {
    /// Refuses what cannot work. `name` is the table's name, `variable` the beginning of its variables.
    pub(super) fn check(&self, name: &'static str, variable: &str) -> Result<(), SettingsError> {
        let wrong = |what: String| Err(SettingsError::Wrong { name, what });
        if self.token_url.is_empty() {
            return wrong(
                "token_url is empty. Write the provider's token address; at Microsoft it has your tenant in it: \
                 https://login.microsoftonline.com/TENANT/oauth2/v2.0/token."
                    .to_owned(),
            );
        }
        if !self.token_url.starts_with("https://") && !is_loopback_url(&self.token_url) {
            return wrong(format!(
                "{} is not protected, and secrets must not travel so. Write an https:// address as token_url.",
                self.token_url
            ));
        }
        match self.grant {
            GrantKind::RefreshToken if self.refresh_token.is_empty() => wrong(format!(
                "refresh_token is empty. Write what the consent gave into the file, or set {variable}_REFRESH_TOKEN."
            )),
            GrantKind::ClientCredentials if self.client_secret.is_empty() => wrong(format!(
                "client_secret is empty. Write it into the file, or set {variable}_SECRET."
            )),
            GrantKind::RefreshToken | GrantKind::ClientCredentials => Ok(()),
        }
    }
}

/// Whether an address is plain http to this very machine, where nobody is on the way.
pub fn is_loopback_url(url: &str) -> bool {
    url.strip_prefix("http://").is_some() && is_loopback_host(url_host(url))
}

/// The host of an address, without its port.
pub fn url_host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn refresh_token() -> GrantKind {
    GrantKind::RefreshToken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_may_be_asked_without_protection() {
        for (url, loopback) in [
            ("http://127.0.0.1:8080/token", true),
            ("http://localhost/token", true),
            ("http://[::1]:80/token", true),
            ("http://localhost.example.com/token", false),
            ("http://localhost@example.com/token", false),
            ("http://example.com/?localhost", false),
            ("https://127.0.0.1/token", false),
        ] {
            assert_eq!(is_loopback_url(url), loopback, "{url}");
        }
    }

    #[test]
    fn a_host_is_told_without_its_port() {
        assert_eq!(url_host("https://login.example.com:8443/a?b"), "login.example.com");
        assert_eq!(url_host("https://[::1]/a"), "[::1]");
    }
}
