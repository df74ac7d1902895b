/// # NPSServer
///
/// The listeners: the public one with the survey, the webhooks and the health routes, and the admin one with the
/// queue's and the quarantine's management and the metrics. Everything that serves HTTP is here; what a request *means*
/// is decided in NPSSurvey, NPSWebhooks and NPSQueue.
///
/// Start reading at ``PublicListener``; a request passes `Listener/`, `Middleware/` and `Routes/` in this order.
package enum NPSServer {}
