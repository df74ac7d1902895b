/// # NPSDelivery
///
/// The way out: takes what is due from the queue, sends it to Planhat, and writes down what came of each response.
///
/// What to do is decided by values: ``DeliveryPlan`` (how to send), ``Judgement`` (what an answer proves),
/// ``SinkState`` and ``Pace`` (when to go on). ``Forwarder`` does what they say.
package enum NPSDelivery {}
