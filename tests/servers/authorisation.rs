//! An authorisation server of one's own: it gives tokens, gives refresh tokens anew, takes them back, and tells mail
//! servers which tokens are good (RFC 6749, RFC 7662).

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use super::dovecot::USER;

/// A running server. It ends with the test program.
pub struct Authorisation {
    /// Its port on this machine.
    pub port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    given: usize,
    good: BTreeSet<String>,
    /// The one refresh token that counts: each use gives another.
    refresh: String,
    consent_gone: bool,
    no_token_is_good: bool,
}

impl Authorisation {
    /// Starts a server that takes the refresh token `consent-0`.
    pub fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State {
            refresh: "consent-0".to_owned(),
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            while let Ok((tcp, _)) = listener.accept() {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || converse(tcp, &state));
            }
        });
        Self { port, state }
    }

    /// Where tokens are asked for.
    pub fn token_url(&self) -> String {
        format!("http://127.0.0.1:{}/token", self.port)
    }

    /// Where mail servers ask about tokens.
    pub fn introspection_url(&self) -> String {
        format!("http://127.0.0.1:{}/introspect", self.port)
    }

    /// Takes back every access token that was given.
    pub fn forget_tokens(&self) {
        self.state.lock().unwrap().good.clear();
    }

    /// From now on no access token is good, not even a fresh one.
    pub fn distrust(&self) {
        self.state.lock().unwrap().no_token_is_good = true;
    }

    /// Takes the consent back.
    pub fn take_consent_back(&self) {
        self.state.lock().unwrap().consent_gone = true;
    }

    /// How many access tokens were given.
    pub fn given(&self) -> usize {
        self.state.lock().unwrap().given
    }
}

fn converse(tcp: TcpStream, state: &Mutex<State>) {
    let mut lines = BufReader::new(tcp);
    loop {
        let mut request = String::new();
        if lines.read_line(&mut request).unwrap_or(0) == 0 {
            return;
        }
        let mut length = 0;
        loop {
            let mut line = String::new();
            lines.read_line(&mut line).unwrap();
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut form = vec![0; length];
        lines.read_exact(&mut form).unwrap();
        let form = String::from_utf8(form).unwrap();
        let (code, body) = if request.contains("/introspect") {
            (200, introspect(&form, &state.lock().unwrap()))
        } else {
            token(&form, &mut state.lock().unwrap())
        };
        let head = format!("HTTP/1.1 {code} Said\r\nContent-Type: application/json\r\n");
        write!(lines.get_mut(), "{head}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    }
}

fn token(form: &str, state: &mut State) -> (u16, String) {
    let refresh = field(form, "refresh_token");
    if state.consent_gone || refresh != state.refresh {
        let body = r#"{"error":"invalid_grant","error_description":"AADSTS70008: The refresh token has expired."}"#;
        return (400, body.to_owned());
    }
    state.given += 1;
    let access = format!("access-{}", state.given);
    state.refresh = format!("consent-{}", state.given);
    state.good.insert(access.clone());
    let body = serde_json::json!({
        "access_token": access, "token_type": "Bearer", "expires_in": 3600, "refresh_token": state.refresh,
    });
    (200, body.to_string())
}

fn introspect(form: &str, state: &State) -> String {
    let token = field(form, "token");
    if state.good.contains(token) && !state.no_token_is_good {
        format!(r#"{{"active":true,"username":"{USER}","scope":"mail"}}"#)
    } else {
        r#"{"active":false}"#.to_owned()
    }
}

fn field<'a>(form: &'a str, name: &str) -> &'a str {
    form.split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
        .unwrap_or("")
}
