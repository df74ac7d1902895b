enum NPSDeliveryPlaceholder {}
