//! Which request is answered by what.

use lsp_server::ErrorCode;
use serde_json::Value;

use super::server::Server;

/// Why a request is not answered.
pub(super) struct Refusal {
    pub(super) code: ErrorCode,
    pub(super) message: String,
}

pub(super) fn answer(server: &mut Server, method: &str, params: Value) -> Result<Value, Refusal> {
    let _ = (server, params);
    Err(Refusal { code: ErrorCode::MethodNotFound, message: format!("unknown method {method}") })
}
