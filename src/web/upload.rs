//! Forms that carry files: read under limits while they come in, their names taken as text alone.

use std::pin::Pin;

use actix_multipart::Multipart;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;

use super::door::session::{Sent, Signed};
use super::error::PageError;
use super::frame::words::Words;

/// How much a form with files may carry.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of one file.
    pub file: usize,
    /// Bytes of all files together.
    pub all: usize,
    /// How many files.
    pub files: usize,
    /// Bytes of all fields together.
    pub fields: usize,
}

/// What staff may upload at once.
pub const OF_STAFF: Limits = Limits {
    file: 50 * 1024 * 1024,
    all: 100 * 1024 * 1024,
    files: 50,
    fields: 256 * 1024,
};

/// A file that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    /// The field it was sent under.
    pub field: String,
    /// Its name as the sender gave it; may be empty. Text to show, never a path.
    pub name: String,
    /// What the sender says it is; never trusted.
    pub media_type: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// Why a form with files could not be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooMuch {
    /// A file, or all together, are too large.
    Large,
    /// There are too many files.
    Many,
    /// It cannot be read.
    Unreadable,
}

impl TooMuch {
    /// The same as an error of a page, with a sentence that says what to do.
    pub fn explained(self, words: &Words, back: &str) -> PageError {
        let sentence = match self {
            Self::Large => words.t("upload-large"),
            Self::Many => words.t("upload-many"),
            Self::Unreadable => return PageError::Malformed,
        };
        PageError::Refused {
            sentence,
            back: back.to_owned(),
            kept: String::new(),
        }
    }
}

/// Reads the fields and files of a form. Stops reading as soon as a limit is passed; a field without a chosen file is none.
///
/// # Errors
/// [`TooMuch`], and then nothing of it is kept.
pub async fn read(mut form: Multipart, limits: Limits) -> Result<(Vec<(String, String)>, Vec<Uploaded>), TooMuch> {
    let (mut fields, mut files) = (Vec::new(), Vec::<Uploaded>::new());
    let (mut of_fields, mut of_files) = (0, 0);
    while let Some(part) = form.next().await {
        let mut part = part.map_err(|_| TooMuch::Unreadable)?;
        let field = part.name().unwrap_or_default().to_owned();
        let name = part
            .content_disposition()
            .and_then(|disposition| disposition.get_filename().map(str::to_owned));
        let media_type = part.content_type().map(ToString::to_string).unwrap_or_default();
        let mut bytes = Vec::new();
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(|_| TooMuch::Unreadable)?;
            let total = if name.is_some() { &mut of_files } else { &mut of_fields };
            *total += chunk.len();
            if of_fields > limits.fields || of_files > limits.all || bytes.len() + chunk.len() > limits.file {
                return Err(TooMuch::Large);
            }
            bytes.extend_from_slice(&chunk);
        }
        match name {
            Some(name) if name.is_empty() && bytes.is_empty() => {}
            Some(name) => {
                files.push(Uploaded {
                    field,
                    name,
                    media_type,
                    bytes,
                });
                if files.len() > limits.files {
                    return Err(TooMuch::Many);
                }
            }
            None => fields.push((field, String::from_utf8(bytes).map_err(|_| TooMuch::Unreadable)?)),
        }
    }
    Ok((fields, files))
}

/// A form with files that a page of a staff session sent. Without the session's token there is none.
#[derive(Debug)]
pub struct SentFiles {
    /// Its fields.
    pub form: Sent,
    /// Its files.
    pub files: Vec<Uploaded>,
}

impl FromRequest for SentFiles {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let form = Multipart::new(request.headers(), payload.take());
        Box::pin(async move {
            let signed = Signed::extract(&request).await?;
            // A form's own address answers to no GET; the page it stands on is the one above.
            let back = request.path().rsplit_once('/').map_or("/", |(page, _)| page);
            let (fields, files) = read(form, OF_STAFF)
                .await
                .map_err(|why| why.explained(&signed.words, back))?;
            let form = Sent::of(fields, &signed)?;
            Ok(Self { form, files })
        })
    }
}
