# The devices of Ringside's QEMU: a q35 machine, its console and exit port, our card, and QEMU's own
# model of the same card as the control.
CONFIG_Q35=y
CONFIG_E1000E_PCI_EXPRESS=y
CONFIG_RINGSIDE=y
CONFIG_SERIAL_ISA=y
CONFIG_ISA_DEBUG=y
