enum PlanhatAPIPlaceholder {}
