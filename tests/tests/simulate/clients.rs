//! Those who send: late, in any order, again when they hear nothing, again for no reason.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::world::World;

/// People with one id each, who are easy to foretell; the others turn out to be one with a device.
pub(crate) const PLAIN: u64 = 14;
const MERGING: u64 = 5;
/// Within so many milliseconds of the runtime everybody begins.
const SPREAD: u64 = 500_000;

/// What was sent and what was answered.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// Message ids of calls that were acknowledged.
    pub(crate) acknowledged: BTreeSet<String>,
    /// How often a call was sent again.
    pub(crate) repeated: u64,
}

/// A call: who, its message id, and the rest of it.
#[derive(Clone)]
struct Call {
    id: String,
    body: String,
}

fn call(who: &str, id: &str, more: &str) -> Call {
    Call { id: id.to_owned(), body: format!(r#"{{{who},"messageId":"{id}",{more}"#) }
}

fn signed_up(who: &str, id: &str) -> Call {
    call(who, id, r#""type":"track","event":"Signed Up","properties":{}"#)
}

fn bought(who: &str, id: &str, order: &str) -> Call {
    call(who, id, &format!(r#""type":"track","event":"Bought","properties":{{"order":"{order}"}}"#))
}

fn identify(who: &str, id: &str, plan: u64) -> Call {
    call(who, id, &format!(r#""type":"identify","traits":{{"plan":"p{plan}","email":"{id}@x.example"}}"#))
}

/// What somebody with one id sends.
fn plain(world: &World, number: u64) -> Vec<Call> {
    let who = format!(r#""userId":"p{number}""#);
    let mut calls = vec![signed_up(&who, &format!("p{number}-s")), identify(&who, &format!("p{number}-i"), number)];
    for order in 0..world.below(5) {
        calls.push(bought(&who, &format!("p{number}-b{order}"), &format!("o{order}")));
    }
    calls
}

/// What somebody sends who comes with a device, and is known later.
fn merging(world: &World, number: u64) -> Vec<Call> {
    let (device, user) = (format!(r#""anonymousId":"a{number}""#), format!(r#""userId":"m{number}""#));
    let both = format!("{device},{user}");
    let mut calls = Vec::new();
    for (way, who) in [&device, &user, &both].into_iter().enumerate() {
        calls.push(signed_up(who, &format!("m{number}-s{way}")));
        for order in 0..world.below(3) {
            calls.push(bought(who, &format!("m{number}-b{way}{order}"), &format!("o{way}{order}")));
        }
    }
    calls.push(identify(&both, &format!("m{number}-i"), number));
    calls
}

/// Everybody sends; ends when everything was acknowledged.
pub(crate) async fn send(world: Arc<World>, sent: Arc<Mutex<Sent>>) {
    let mut people: Vec<Vec<Call>> = (0..PLAIN).map(|number| plain(&world, number)).collect();
    people.extend((0..MERGING).map(|number| merging(&world, number)));
    let mut tasks = Vec::new();
    for calls in people {
        for call in calls {
            let (world, sent) = (Arc::clone(&world), Arc::clone(&sent));
            let begin = world.below(SPREAD);
            tasks.push(tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(begin)).await;
                one(&world, &sent, &call).await;
            }));
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
}

/// Sends one call until it is acknowledged, and sometimes once more.
async fn one(world: &World, sent: &Mutex<Sent>, call: &Call) {
    let when = format!(r#","timestamp":"{}"}}"#, world.clock.now());
    let body = format!("{}{when}", call.body);
    let mut heard = false;
    while !heard {
        heard = once(world, &body).await;
        if heard {
            sent.lock().unwrap().acknowledged.insert(call.id.clone());
            // It is acknowledged, and the answer gets lost on its way.
            heard = !world.fails(10);
        }
        if !heard {
            sent.lock().unwrap().repeated += 1;
            world.pause(3_000).await;
        }
    }
    if world.fails(10) {
        sent.lock().unwrap().repeated += 1;
        world.pause(100_000).await;
        once(world, &body).await;
    }
}

async fn once(world: &World, body: &str) -> bool {
    let Some(door) = world.door() else { return false };
    let taken = door.take(1, vec![world.call(body)], Vec::new());
    tokio::time::timeout(Duration::from_secs(10), taken).await.is_ok_and(|taken| taken.is_ok())
}
