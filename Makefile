include asterisk.mk
