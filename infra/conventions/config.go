package conventions

// Namespace is the Pulumi config namespace of the stack's keys.
const Namespace = "myclothes"
