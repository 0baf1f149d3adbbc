//! What the relay decides, without I/O: `step(event, now)` takes what happened and says what the host has to do. The host
//! keeps the rows, makes the calls and answers; it decides nothing.

pub mod account;
pub mod limiter;

/// Words and numbers as one text.
struct Piece {
    text: String,
    between: char,
}

impl Piece {
    fn new(between: char) -> Self {
        Piece { text: String::new(), between }
    }

    fn word(&mut self, word: &str) {
        if !self.text.is_empty() {
            self.text.push(self.between);
        }
        self.text.push_str(word);
    }

    fn number(&mut self, number: u64) {
        self.word(&number.to_string());
    }

    /// What stands for a number that is not there is no number.
    fn maybe(&mut self, number: Option<u64>) {
        match number {
            Some(number) => self.number(number),
            None => self.word("-"),
        }
    }
}
