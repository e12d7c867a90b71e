//! One tiny question, so that a person learns whether the settings work.

use serde::Deserialize;
use serde_json::json;

use super::{Question, Remote, RemoteError, ledger::Ledger, object};

#[derive(Deserialize)]
struct Answer {
    ok: bool,
}

const SYSTEM: &str = "This is a connection test. Answer with one JSON object that follows the schema.";

impl Remote {
    /// Whether the endpoint answers as it must. An open breaker does not stop the question, and a good answer closes it.
    pub async fn try_out(&self, ledger: &dyn Ledger) -> Result<(), RemoteError> {
        let schema = json!({
            "type": "object", "additionalProperties": false, "properties": {"ok": {"type": "boolean"}}, "required": ["ok"],
        });
        let question = Question {
            name: "test",
            system: SYSTEM,
            user: json!({"schema": schema, "question": "Set ok to true."}),
            answer_tokens: 20,
            trial: true,
            progress: None,
        };
        self.ask(question, ledger, |answer, _| {
            let Answer { ok } = object(answer)?;
            if ok { Ok(()) } else { Err("ok must be true".to_owned()) }
        })
        .await
    }
}
