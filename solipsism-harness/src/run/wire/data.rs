//! A verdict as data, as it is sent.

use std::borrow::Cow;

use super::Wire;
use crate::{Data, Object};

impl Wire for Object {
    fn put(&self, to: &mut Vec<u8>) {
        self.0.len().put(to);
        for (name, value) in &self.0 {
            name.len().put(to);
            to.extend(name.bytes());
            value.put(to);
        }
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        let part = |from: &mut &[u8]| Some((Cow::Owned(String::get(from)?), Data::get(from)?));
        let parts: Option<_> = (0..usize::get(from)?).map(|_| part(from)).collect();
        parts.map(Self)
    }
}

impl Wire for Data {
    fn put(&self, to: &mut Vec<u8>) {
        match self {
            Self::Text(text) => {
                0_u64.put(to);
                text.put(to);
            }
            Self::Number(number) => {
                1_u64.put(to);
                number.put(to);
            }
            Self::Time(time) => {
                2_u64.put(to);
                time.put(to);
            }
            Self::Truth(truth) => {
                3_u64.put(to);
                truth.put(to);
            }
            Self::List(values) => {
                4_u64.put(to);
                values.put(to);
            }
            Self::Object(object) => {
                5_u64.put(to);
                object.put(to);
            }
        }
    }

    fn get(from: &mut &[u8]) -> Option<Self> {
        Some(match u64::get(from)? {
            0 => Self::Text(String::get(from)?),
            1 => Self::Number(u64::get(from)?),
            2 => Self::Time(Wire::get(from)?),
            3 => Self::Truth(bool::get(from)?),
            4 => Self::List(Vec::get(from)?),
            5 => Self::Object(Object::get(from)?),
            _ => return None,
        })
    }
}
