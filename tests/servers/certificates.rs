//! A certificate authority of one's own, and a server certificate for `localhost` signed by it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The files of a certificate.
pub struct Certificates {
    /// What a client has to trust.
    pub authority: PathBuf,
    /// The server's certificate.
    pub certificate: PathBuf,
    /// The server's key.
    pub key: PathBuf,
}

impl Certificates {
    /// Makes both in a folder.
    pub fn make(folder: &Path) -> Self {
        Self::until(folder, "2")
    }

    /// Makes both in a folder; the server's certificate expired yesterday.
    pub fn expired(folder: &Path) -> Self {
        Self::until(folder, "-1")
    }

    fn until(folder: &Path, days: &str) -> Self {
        let certificates = Self {
            authority: folder.join("authority.pem"),
            certificate: folder.join("server.pem"),
            key: folder.join("server.key"),
        };
        let authority_key = folder.join("authority.key");
        let request = folder.join("server.csr");
        let extensions = folder.join("extensions");
        std::fs::write(&extensions, "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n").unwrap();
        let new_key = [
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-batch",
        ];
        openssl(
            &["req", "-x509", "-days", "2", "-subj", "/CN=Habeas test authority"],
            &new_key,
            &[("-keyout", &authority_key), ("-out", &certificates.authority)],
        );
        openssl(
            &["req", "-subj", "/CN=localhost"],
            &new_key,
            &[("-keyout", &certificates.key), ("-out", &request)],
        );
        openssl(
            &["x509", "-req", "-days", days, "-CAcreateserial"],
            &[],
            &[
                ("-in", &request),
                ("-CA", &certificates.authority),
                ("-CAkey", &authority_key),
                ("-extfile", &extensions),
                ("-out", &certificates.certificate),
            ],
        );
        certificates
    }
}

fn openssl(what: &[&str], how: &[&str], files: &[(&str, &PathBuf)]) {
    let mut command = Command::new("openssl");
    command.args(what).args(how);
    for (option, file) in files {
        command.arg(option).arg(file);
    }
    let output = command.output().expect("openssl is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
