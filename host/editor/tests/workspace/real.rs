//! A server that people use.

use libtest_mimic::Trial;
use witdock_editor_session::host::Consent;

use crate::common::docked::{Docked, repository};
use crate::trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("python_is_understood_with_pylsp", python_is_understood).with_ignored_flag(true)]
}

async fn python_is_understood() {
    std::fs::create_dir_all("python").unwrap();
    let text = "import os\n\n\ndef großes_haus(zahl):\n    return zahl\n\n\nprint('😀')\nprint(großes_haus(1))\nprint(undefined_name)\n";
    let path = std::env::current_dir().unwrap().join("python/main.py");
    std::fs::write(&path, text).unwrap();
    let mut docked = Docked::consenting(path.to_str().unwrap(), text, Consent::to_all());
    docked.load(&repository().join("plugins/editor/language-server"));
    docked.serves(1).await;
    docked.until("error").await;
    docked.press("ctrl-k l");
    docked.until("undefined name 'undefined_name'").await;
    docked.press("escape ctrl-g 9 enter end left left left left left ctrl-k d");
    docked.until_at(text.find("großes").unwrap()).await;
    docked.press("alt-left ctrl-k e x enter");
    docked.until("def großes_hausx(zahl)").await;
    assert!(docked.text().contains("print(großes_hausx(1))"), "{}", docked.text());
    docked.press("ctrl-end");
    docked.paste("os.getcw");
    docked.press("d");
    docked.until("getcwdb").await;
}
