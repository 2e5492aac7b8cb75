"""From what people send, in files, mails and tables, to forms. Pure: bytes and text in, forms or a reason out."""
