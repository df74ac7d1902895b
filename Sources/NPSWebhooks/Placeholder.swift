enum NPSWebhooksPlaceholder {}
