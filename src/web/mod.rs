//! The dashboard: handlers translate a request into a command or a question, and the result into a page.

pub mod calendar;
pub mod desk;
pub mod door;
pub mod entry;
pub mod error;
pub mod frame;
pub mod mail;
pub mod policy;
pub mod request;
pub mod requests;

use std::sync::Arc;

use crate::house::House;

/// Serves the dashboard until a signal ends it.
///
/// # Errors
/// When the address is taken.
pub async fn serve(house: Arc<House>) -> anyhow::Result<()> {
    let listen = house.settings.listen;
    let server = actix_web::HttpServer::new(move || {
        actix_web::App::new().app_data(actix_web::web::Data::from(Arc::clone(&house)))
    });
    Ok(server.workers(2).shutdown_timeout(10).bind(listen)?.run().await?)
}
